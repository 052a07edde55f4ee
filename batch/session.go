package batch

import (
	"context"
	"sync"
)

// session is the token that requests are made with now, and what is known of
// it. A token may end after any number of requests: a 401 proves it refused
// only if no request that departed with it was accepted, and those that are
// still under way have to be waited for.
type session struct {
	holder chan struct{} // held by the one who logs in

	mu       sync.Mutex
	token    int // counts logins
	accepted bool
	flying   int           // requests that departed with it and have no answer
	news     chan struct{} // closed at the next answer
}

func newSession() session {
	return session{holder: make(chan struct{}, 1), news: make(chan struct{})}
}

// begin says that there is a new token.
func (s *session) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.accepted, s.flying = s.token+1, false, 0
	s.tell()
}

// await returns once nobody logs in.
func (s *session) await(ctx context.Context) error {
	if enter(ctx, s.holder) != nil {
		return context.Cause(ctx)
	}
	<-s.holder
	return nil
}

// depart names the token that a request goes out with.
func (s *session) depart() (token int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying++
	return s.token
}

// arrive says whether the answer to a request proves its token accepted.
func (s *session) arrive(token int, accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token == s.token {
		s.accepted = s.accepted || accepted
		s.flying--
		s.tell()
	}
}

// judged is the token of now. If it is the one refused, it waits until the
// token is known to have been accepted, or all of its requests are answered.
func (s *session) judged(ctx context.Context, refused int) (token int, accepted bool, err error) {
	for {
		s.mu.Lock()
		token, accepted = s.token, s.accepted
		flying, news := s.flying, s.news
		s.mu.Unlock()
		if token != refused || accepted || flying == 0 {
			return token, accepted, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return token, false, context.Cause(ctx)
		}
	}
}

// tell wakes those who wait for news; s.mu is held.
func (s *session) tell() {
	close(s.news)
	s.news = make(chan struct{})
}
