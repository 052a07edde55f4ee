// What is wrong with the page as it stands in this window, in sentences.
(() => {
  const faults = [];
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const colour = css => {
    const [r, g, b, a = 1] = css.match(/[\d.]+/g).map(Number);
    return { light: 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b), a };
  };
  const ground = node => {
    for (; node; node = node.parentElement) {
      const c = colour(getComputedStyle(node).backgroundColor);
      if (c.a === 1) return c.light;
      if (c.a > 0) faults.push(`<${node.localName}> has a ground that shines through`);
    }
    return 1;
  };

  // WCAG 2.2, 1.4.3: text has a contrast of 4.5 to 1.
  let texts = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), node = walk.currentNode.parentElement;
    if (!text) continue;
    texts++;
    const front = colour(getComputedStyle(node).color), [a, b] = [front.light, ground(node)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (front.a !== 1 || contrast < 4.5) faults.push(`"${text.slice(0, 40)}" has a contrast of ${contrast.toFixed(2)}`);
  }
  if (texts === 0) faults.push("no text");

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`${root.scrollWidth} px wide in a window of ${root.clientWidth}`);
  for (const cell of document.querySelectorAll("h1, h2, p, dd, th, td")) {
    if (cell.closest("thead")?.getBoundingClientRect().width === 1) continue; // out of sight
    const box = cell.getBoundingClientRect();
    if (box.right > root.clientWidth + 1 || cell.scrollWidth > cell.clientWidth + 1) faults.push(`"${cell.innerText.slice(0, 40)}" runs out of its box`);
  }
  for (const bar of document.querySelectorAll(".bar")) {
    const boxes = [...bar.children].map(part => part.getBoundingClientRect());
    if (boxes.length === 0 || boxes.some(box => box.width < 2 || box.height < 8)) faults.push("a bar has a part that cannot be seen");
  }

  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) faults.push(`<${heading.localName}> after level ${level}`);
    level = next;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one <h1>");
  if (!root.lang || !document.title) faults.push("no language or no title");
  for (const th of document.querySelectorAll("th:not([scope])")) faults.push(`<th> without scope: "${th.innerText}"`);
  return [...new Set(faults)];
})()
