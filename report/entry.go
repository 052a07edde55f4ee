package report

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"ibremove/batch"
)

// Record is what a record of a journal says after the header: a [Life], a
// [batch.Entry] or an [End]. The chunks of an entry that was read have no
// Items: a later life finds its accounts by gid and user id.
type Record any

// appendEntry appends e in as many records as it takes: what came of earlier
// chunks first, for that is the order of events.
func (p *place) appendEntry(buf []byte, e batch.Entry) ([]byte, error) {
	buf, err := appendItems(p, buf, kindSettle, e.Settled, appendSettlement)
	if err != nil {
		return buf, err
	}
	return appendItems(p, buf, kindIntent, e.Intent, appendChunk)
}

// appendItems appends records that hold the items, a new one as soon as one is
// long enough.
func appendItems[T any](p *place, buf []byte, kind byte, items []T, item func([]byte, T) []byte) (_ []byte, err error) {
	start := len(buf)
	for i, it := range items {
		if len(buf) == start {
			buf = p.open(buf, kind)
		}
		buf = item(buf, it)
		if i == len(items)-1 || len(buf)-start >= splitAt {
			if buf, err = p.seal(buf, start); err != nil {
				return buf, err
			}
			start = len(buf)
		}
	}
	return buf, nil
}

func appendSettlement(buf []byte, s batch.Settlement) []byte {
	buf = append(buf, byte(s.Outcome.Status))
	buf = appendText(buf, s.Outcome.Code)
	buf = appendText(buf, s.Outcome.Message)
	buf = binary.AppendVarint(buf, int64(s.Outcome.HTTPStatus))
	buf = binary.AppendVarint(buf, int64(s.Outcome.Attempts))
	buf = binary.AppendVarint(buf, s.Outcome.At)
	return appendChunk(buf, s.Chunk)
}

// appendChunk writes each user id as the difference to the one before. A
// difference may overflow, and then overflows back when it is read.
func appendChunk(buf []byte, c batch.Chunk) []byte {
	buf = appendText(buf, c.GID)
	buf = binary.AppendUvarint(buf, uint64(len(c.Users)))
	before := int64(0)
	for _, user := range c.Users {
		buf = binary.AppendVarint(buf, user-before)
		before = user
	}
	return buf
}

func appendText(buf []byte, s string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(s))), s...)
}

// parseRecord reads the payload of a record after the header.
func parseRecord(payload []byte) (Record, error) {
	p := parser{rest: payload[1:]}
	switch kind := payload[0]; kind {
	case kindLife:
		var life Life
		err := json.Unmarshal(p.rest, &life)
		return life, err
	case kindEnd:
		var end End
		err := json.Unmarshal(p.rest, &end)
		return end, err
	case kindIntent:
		var e batch.Entry
		for p.more() {
			e.Intent = append(e.Intent, p.chunk())
		}
		return e, p.err
	case kindSettle:
		var e batch.Entry
		for p.more() {
			e.Settled = append(e.Settled, p.settlement())
		}
		return e, p.err
	default:
		return nil, fmt.Errorf("a record of kind %q has no place here", kind)
	}
}

var errMalformed = errors.New("its content is malformed")

// parser reads a payload; after a fault it gives zero values and keeps err.
type parser struct {
	rest []byte
	err  error
}

func (p *parser) more() bool { return p.err == nil && len(p.rest) > 0 }

func (p *parser) fail() { p.rest, p.err = nil, errMalformed }

func (p *parser) settlement() batch.Settlement {
	var s batch.Settlement
	s.Outcome.Status = batch.Status(p.rest[0])
	if s.Outcome.Status > batch.NotSent {
		p.fail()
		return s
	}
	p.rest = p.rest[1:]
	s.Outcome.Code = p.text()
	s.Outcome.Message = p.text()
	s.Outcome.HTTPStatus = p.number()
	s.Outcome.Attempts = p.number()
	s.Outcome.At = p.varint()
	s.Chunk = p.chunk()
	return s
}

func (p *parser) chunk() batch.Chunk {
	c := batch.Chunk{GID: p.text()}
	count := p.count()
	if count == 0 {
		return c
	}
	c.Users = make([]int64, count)
	user := int64(0)
	for i := range c.Users {
		user += p.varint()
		c.Users[i] = user
	}
	return c
}

func (p *parser) text() string {
	n := p.count()
	s := string(p.rest[:n])
	p.rest = p.rest[n:]
	return s
}

// count reads how many things follow; each takes a byte at least, so a lie
// costs no memory.
func (p *parser) count() int {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 || v > uint64(len(p.rest)-n) {
		p.fail()
		return 0
	}
	p.rest = p.rest[n:]
	return int(v)
}

func (p *parser) number() int {
	v := p.varint()
	if v < math.MinInt32 || v > math.MaxInt32 {
		p.fail()
		return 0
	}
	return int(v)
}

func (p *parser) varint() int64 {
	v, n := binary.Varint(p.rest)
	if n <= 0 {
		p.fail()
		return 0
	}
	p.rest = p.rest[n:]
	return v
}
