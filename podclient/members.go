package podclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Members reads one page of the members of group gid: at most limit of them
// (the pod's own limit is 10000), after the first skip.
func (c *Client) Members(ctx context.Context, gid string, skip, limit int) ([]int64, error) {
	path, err := membershipPath(gid, "list")
	if err != nil {
		return nil, unsendable(http.MethodGet, path, err)
	}
	var ids []int64
	err = c.do(ctx, request{
		to:     c.pod,
		method: http.MethodGet,
		path:   path,
		query:  "skip=" + strconv.Itoa(skip) + "&limit=" + strconv.Itoa(limit),
	}, func(_ *exchange, body []byte) (err error) {
		ids, err = decodeMembers(body, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// decodeMembers reads a JSON array of at most limit whole numbers. A number
// that int64 cannot hold, a fraction, an exponent or a null is refused: it
// would be another person or none.
func decodeMembers(body []byte, limit int) ([]int64, error) {
	i := space(body, 0)
	if i == len(body) || body[i] != '[' {
		return nil, fmt.Errorf("the member list is not a JSON array: %s", body[:min(len(body), maxRefusal)])
	}
	ids := make([]int64, 0, min(bytes.Count(body, []byte{','})+1, max(limit, 0)))
	i = space(body, i+1)
	for first := true; ; first = false {
		if i < len(body) && body[i] == ']' && first {
			break
		}
		end := i
		for end < len(body) && (body[end] == '-' || '0' <= body[end] && body[end] <= '9') {
			end++
		}
		id, err := parseID(body[i:end])
		if err != nil {
			return nil, fmt.Errorf("entry %d of the member list: %w", len(ids)+1, err)
		}
		if len(ids) == limit {
			return nil, fmt.Errorf("the member list has more than the %d entries asked for", limit)
		}
		ids = append(ids, id)
		if i = space(body, end); i == len(body) {
			return nil, errors.New("the member list is cut")
		}
		if body[i] == ']' {
			break
		}
		if body[i] != ',' {
			return nil, fmt.Errorf("entry %d of the member list is not a whole number", len(ids))
		}
		i = space(body, i+1)
	}
	if space(body, i+1) != len(body) {
		return nil, errors.New("something follows the member list")
	}
	return ids, nil
}

// parseID reads digits and signs as JSON has integers: no plus, no leading zero.
func parseID(b []byte) (int64, error) {
	digits := bytes.TrimPrefix(b, []byte{'-'})
	if len(digits) == 0 {
		return 0, errors.New("not a whole number")
	}
	if len(digits) > 1 && digits[0] == '0' {
		return 0, errors.New("a number with a leading zero")
	}
	id, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%.40s is not an id within 64 bits", b)
	}
	return id, nil
}
