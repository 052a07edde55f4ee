package podclient

// The parsers, for fuzzing and benchmarks without HTTP around them.
var (
	DecodeBulk    = decodeBulk
	DecodeMembers = decodeMembers
	AppendIDs     = appendIDs
	RedactOne     = redactOne
)
