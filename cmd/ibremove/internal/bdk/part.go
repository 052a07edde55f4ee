package bdk

import "slices"

// Part is a part of a configuration that is needed, or not, as a whole: what
// flags say instead need not be right in the file, nor its variables set.
type Part uint8

const (
	PartAddress            Part = iota // Base, and with it Pod.URL and Login.URL
	PartProxy                          // Pod.Proxy, Login.Proxy
	PartHeaders                        // Pod.Header, Login.Header
	PartSessionAuthAddress             // SessionAuth.URL, for a login by certificate
	PartSessionAuth                    // the rest of SessionAuth
	PartConnectTimeout
	PartReadTimeout
	PartTrustStore
	PartUsername
	PartLogin       // PrivateKey, Certificate
	PartMaxAttempts // Retry.MaxAttempts
	PartBackoff     // the rest of Retry
	parts
)

// Parts are all of them.
func Parts() []Part {
	all := make([]Part, parts)
	for p := range parts {
		all[p] = p
	}
	return all
}

// Need reports the first fault in the parts that are needed, or nil. What has
// a fault is not given in the Config.
func (c *Config) Need(needed ...Part) error {
	for p, err := range c.faults {
		if err != nil && slices.Contains(needed, Part(p)) {
			return err
		}
	}
	return nil
}

// part reads one part of f, and keeps its fault for who needs it.
func part[T any](f *file, c *Config, p Part, read func() T) T {
	v := read()
	if f.err == nil {
		return v
	}
	c.faults[p], f.err = f.err, nil
	var none T
	return none
}
