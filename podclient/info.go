package podclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Group is an Information Barrier group.
type Group struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Groups lists the groups that have at least one policy. That a group is not
// among them proves nothing.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	var groups []Group
	err := c.get(ctx, "/v1/admin/group/list", func(body []byte) error {
		if err := checkJSON(body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &groups); err != nil || groups == nil {
			return errors.New("the answer is not a list of groups")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return groups, nil
}

// The two words of [Client.UserStatus]. A suspended account is Enabled.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED" // deactivated
)

// UserStatus reads the status of an account: Enabled or Disabled.
func (c *Client) UserStatus(ctx context.Context, id int64) (string, error) {
	var status string
	err := c.get(ctx, "/v1/admin/user/"+strconv.FormatInt(id, 10)+"/status", func(body []byte) error {
		err := fields(body, func(key string, value []byte) (err error) {
			if key == "status" {
				status, err = text(key, value)
			}
			return err
		})
		if err == nil && status != Enabled && status != Disabled {
			err = fmt.Errorf("status is %q, not ENABLED or DISABLED", status)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return status, nil
}

// SessionInfo is whom a session belongs to.
type SessionInfo struct {
	ID          int64    `json:"id"`
	Username    string   `json:"username"`
	DisplayName string   `json:"displayName"`
	Company     string   `json:"company"`
	Roles       []string `json:"roles"` // nil if the pod does not tell
}

// Session reads whom the session belongs to.
func (c *Client) Session(ctx context.Context) (SessionInfo, error) {
	var info SessionInfo
	err := c.get(ctx, "/v2/sessioninfo", func(body []byte) error {
		if err := checkJSON(body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &info); err != nil || info.ID == 0 && info.Username == "" {
			return errors.New("the answer does not tell whom the session belongs to")
		}
		return nil
	})
	if err != nil {
		return SessionInfo{}, err
	}
	return info, nil
}

func (c *Client) get(ctx context.Context, path string, decode func([]byte) error) error {
	return c.do(ctx, request{to: c.pod, method: http.MethodGet, path: path}, func(_ *exchange, body []byte) error { return decode(body) })
}
