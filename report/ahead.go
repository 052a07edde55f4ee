package report

import "iter"

// ahead yields what seq does. seq runs in a goroutine of its own, a few values
// ahead of who receives them: two processors share the work. A panic of seq is
// the receiver's.
func ahead[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	type pair struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		pairs, stop := make(chan pair, 2), make(chan struct{})
		var crash any
		go func() {
			defer close(pairs)
			defer func() { crash = recover() }()
			seq(func(value T, err error) bool {
				select {
				case pairs <- pair{value, err}:
					return true
				case <-stop:
					return false
				}
			})
		}()
		defer func() {
			close(stop)
			for range pairs { // the goroutine has ended when there are no more
			}
			if crash != nil {
				panic(crash)
			}
		}()
		for p := range pairs {
			if !yield(p.value, p.err) {
				return
			}
		}
	}
}
