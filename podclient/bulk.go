package podclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Remove takes the users out of group gid. messages is as long as ids: empty
// where the pod says that it was done, otherwise its reason, verbatim but for
// secrets.
func (c *Client) Remove(ctx context.Context, gid string, ids []int64) (messages []string, err error) {
	return c.change(ctx, gid, "remove", ids)
}

// Add puts the users into group gid. Its result is as that of Remove.
func (c *Client) Add(ctx context.Context, gid string, ids []int64) (messages []string, err error) {
	return c.change(ctx, gid, "add", ids)
}

func (c *Client) change(ctx context.Context, gid, action string, ids []int64) (messages []string, err error) {
	path, err := membershipPath(gid, action)
	if err == nil && len(ids) == 0 {
		err = errors.New("no user ids: there is nothing to ask")
	}
	if err != nil {
		return nil, unsendable(http.MethodPost, path, err)
	}
	err = c.do(ctx, request{
		to:     c.pod,
		method: http.MethodPost,
		path:   path,
		body:   appendIDs(make([]byte, 0, 2+17*len(ids)), ids),
		ids:    len(ids),
	}, func(e *exchange, body []byte) (err error) {
		messages, err = decodeBulk(body, len(ids))
		for i, m := range messages {
			if m != "" {
				messages[i] = e.redact(m)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return messages, nil
}

// membershipPath escapes gid as one segment. What would leave the group's
// path is refused: "." and ".." cannot be escaped.
func membershipPath(gid, action string) (string, error) {
	path := "/v1/admin/group/" + url.PathEscape(gid) + "/membership/" + action
	if gid == "" || gid == "." || gid == ".." {
		return path, fmt.Errorf("gid %q cannot stand in a path", gid)
	}
	return path, nil
}

// appendIDs appends ids as a JSON array.
func appendIDs(b []byte, ids []int64) []byte {
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return append(b, ']')
}

// decodeBulk reads a BulkActionResult for n ids. It refuses every answer that
// does not say of each single id whether it was done, and every one that
// contradicts itself.
func decodeBulk(body []byte, n int) ([]string, error) {
	var (
		overall string
		results []byte
	)
	err := fields(body, func(key string, value []byte) (err error) {
		switch key {
		case "overallResult":
			overall, err = text(key, value)
		case "results":
			results = value
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if overall != "SUCCESS" && overall != "FAIL" {
		return nil, fmt.Errorf("overallResult is %q, not SUCCESS or FAIL", overall)
	}
	if len(results) == 0 {
		return nil, errors.New("the answer has no results")
	}
	messages, failed, err := decodeResults(results, n)
	switch {
	case err != nil:
		return nil, err
	case overall == "SUCCESS" && failed > 0:
		return nil, fmt.Errorf("overallResult is SUCCESS, yet %d of %d results are messages", failed, n)
	case overall == "FAIL" && failed == 0:
		return nil, errors.New("overallResult is FAIL, yet no result is a message")
	}
	return messages, nil
}

// decodeResults reads a valid JSON value as an array of exactly n strings;
// failed is how many of them are not empty.
func decodeResults(b []byte, n int) (messages []string, failed int, err error) {
	if b[0] != '[' {
		return nil, 0, errors.New("results is not an array")
	}
	messages = make([]string, n)
	count := 0
	for i := space(b, 1); b[i] != ']'; count++ {
		end := i + 2
		switch {
		case b[i] != '"':
			return nil, 0, fmt.Errorf("result %d is not a string", count+1)
		case b[i+1] != '"':
			end = skipString(b, i)
			if count < n {
				if messages[count], err = unquote(b[i:end]); err != nil {
					return nil, 0, err
				}
				failed++
			}
		}
		if i = space(b, end); b[i] == ',' {
			i = space(b, i+1)
		}
	}
	if count != n {
		return nil, 0, fmt.Errorf("%d results for %d ids", count, n)
	}
	return messages, failed, nil
}
