package main

import (
	"net/url"
	"time"

	"ibremove/batch"
	"ibremove/podclient"
)

// flagTable holds every flag, in no order that matters.
func flagTable() []Flag {
	var table []Flag
	table = append(table, connectionFlags()...)
	table = append(table, inputFlags()...)
	table = append(table, limitFlags()...)
	table = append(table, paceFlags()...)
	table = append(table, outputFlags()...)
	return append(table, simulatorFlags()...)
}

func connectionFlags() []Flag {
	return []Flag{
		{name: "config", value: "FILE", env: "IBREMOVE_CONFIG", origin: "~/.symphony/config.yaml, if present and no --pod-url",
			help: "an existing Symphony BDK configuration, YAML or JSON", group: groupConnection, on: onPod, offer: offerFiles,
			set: into(text, func(o *Options) *string { return &o.Config })},
		{name: "pod-url", value: "URL", env: "IBREMOVE_POD_URL", origin: "from the configuration",
			help: "base address of the pod, such as https://acme.symphony.com", group: groupConnection, on: onPod,
			set: into(podURL, func(o *Options) **url.URL { return &o.PodURL })},
		{name: "username", value: "NAME", env: "IBREMOVE_USERNAME", origin: "from the configuration",
			help: "service account, for the RSA login", group: groupConnection, on: onPod,
			set: into(text, func(o *Options) *string { return &o.Username })},
		{name: "private-key-file", value: "FILE", env: "IBREMOVE_PRIVATE_KEY_FILE", origin: "from the configuration",
			help: "RSA key, PEM; nobody else may be able to read it", group: groupConnection, on: onPod, offer: offerFiles,
			set: into(text, func(o *Options) *string { return &o.PrivateKeyFile })},
		{name: "session-token-file", value: "FILE", env: "IBREMOVE_SESSION_TOKEN",
			help: "a ready session token instead of a login; the variable holds the token itself", group: groupConnection, on: onPod, offer: offerFiles,
			set:    into(text, func(o *Options) *string { return &o.SessionTokenFile }),
			setEnv: into(secret, func(o *Options) *podclient.Secret { return &o.SessionToken })},
		{name: "ca-file", value: "FILE", env: "IBREMOVE_CA_FILE", origin: "the system's roots",
			help: "extra CA certificates, PEM", group: groupConnection, on: onPod, offer: offerFiles,
			set: into(text, func(o *Options) *string { return &o.CAFile })},
		{name: "login",
			help: "log in, and tell who the account is and whether it may do this", group: groupConnection, on: onCheck,
			set: into(truth, func(o *Options) *bool { return &o.Login })},
	}
}

func inputFlags() []Flag {
	return []Flag{
		{name: flagDryRun, short: "n",
			help: "do what check does: send nothing that changes the pod; wins over every other flag", group: groupInput, on: onRun | onCheck,
			set: into(truth, func(o *Options) *bool { return &o.DryRun })},
		{name: "again",
			help: "run a file that an earlier run has already finished", group: groupInput, on: onSending,
			set: into(truth, func(o *Options) *bool { return &o.Again })},
		{name: "runs-dir", value: "DIR", env: "IBREMOVE_RUNS_DIR", origin: "the input's folder",
			help: "where run directories are made", group: groupInput, on: onSending, offer: offerFolders,
			set: into(text, func(o *Options) *string { return &o.RunsDir })},
		{name: "gid", value: "GID",
			help: "the file has only a userId column: every row is for this group", group: groupInput, on: onPod,
			set: into(text, func(o *Options) *string { return &o.GID })},
		{name: "column", value: "COLUMN=NAME", many: true,
			help: "which header names a column: gid=NAME or userId=NAME", group: groupInput, on: onPod, offer: offerColumns,
			set: setColumn},
	}
}

func limitFlags() []Flag {
	return []Flag{
		{name: "max-failures", value: "N|N%", env: "IBREMOVE_MAX_FAILURES",
			help: "stop early beyond this many failed rows; a percentage counts from 1,000 answered rows on", group: groupLimits, on: onSending,
			set: into(maxFailures, func(o *Options) *batch.Limit { return &o.MaxFailures })},
		{name: "max-removals", value: "N", env: "IBREMOVE_MAX_REMOVALS",
			help: "refuse the file before sending if it would remove more", group: groupLimits, on: onSending,
			set: into(between(0, maxCount), func(o *Options) *int { return &o.MaxRemovals })},
		{name: "max-group-share", value: "P%", env: "IBREMOVE_MAX_GROUP_SHARE",
			help: "refuse if any group would lose more than this share of its members; turns --preflight on", group: groupLimits, on: onSending,
			set: into(share, func(o *Options) *float64 { return &o.MaxGroupShare })},
		{name: "max-duration", value: "TIME", env: "IBREMOVE_MAX_DURATION",
			help: "stop early after this long (a change window), such as 90m", group: groupLimits, on: onSending,
			set: into(span, func(o *Options) *time.Duration { return &o.MaxDuration })},
		{name: "strict", env: "IBREMOVE_STRICT",
			help: "any invalid row refuses the whole file", group: groupLimits, on: onSending,
			set: into(truth, func(o *Options) *bool { return &o.Strict })},
		{name: "preflight", env: "IBREMOVE_PREFLIGHT",
			help: "read each group's members first, and send only rows that are still in", group: groupLimits, on: onSending,
			set: into(truth, func(o *Options) *bool { return &o.Preflight })},
		{name: "verify", env: "IBREMOVE_VERIFY",
			help: "read each touched group's members after the run, and hold the report against them", group: groupLimits, on: onSending,
			set: into(truth, func(o *Options) *bool { return &o.Verify })},
		{name: "canary", value: "N", env: "IBREMOVE_CANARY", def: "0",
			help: "send the first N removals alone, see that they took hold, then go on", group: groupLimits, on: onSending,
			set: into(between(0, maxCount), func(o *Options) *int { return &o.Canary })},
		{name: "yes", short: "y", env: "IBREMOVE_YES",
			help: "do not ask; without a terminal, nothing is sent without it", group: groupLimits, on: onSending,
			set: into(truth, func(o *Options) *bool { return &o.Yes })},
	}
}

func paceFlags() []Flag {
	return []Flag{
		{name: "rate", value: "R", env: "IBREMOVE_RATE", def: "5",
			help: "requests a second at most, all kinds and retries counted; may be a fraction", group: groupPace, on: onPod,
			set: into(rate, func(o *Options) *float64 { return &o.Rate })},
		{name: "concurrency", value: "N", env: "IBREMOVE_CONCURRENCY", def: "4",
			help: "requests in flight at most", group: groupPace, on: onPod,
			set: into(between(1, 1000), func(o *Options) *int { return &o.Concurrency })},
		{name: "chunk-size", value: "N", env: "IBREMOVE_CHUNK_SIZE", def: "200",
			help: "user ids in one request at most, 1 to 10000", group: groupPace, on: onSending,
			set: into(between(1, 10000), func(o *Options) *int { return &o.ChunkSize })},
		{name: "timeout", value: "TIME", env: "IBREMOVE_TIMEOUT", def: "60s",
			help: "for one request", group: groupPace, on: onPod,
			set: into(span, func(o *Options) *time.Duration { return &o.Timeout })},
		{name: "max-attempts", value: "N", env: "IBREMOVE_MAX_ATTEMPTS", def: "5",
			help: "sends of one request at most", group: groupPace, on: onPod,
			set: into(between(1, maxCount), func(o *Options) *int { return &o.MaxAttempts })},
	}
}

func outputFlags() []Flag {
	return []Flag{
		{name: "quiet", short: "q",
			help: "print nothing when every row is done, so that cron sends no mail", group: groupOutput, on: onPod,
			set: into(truth, func(o *Options) *bool { return &o.Quiet })},
		{name: flagJSON,
			help: "the summary as one JSON object on stdout", group: groupOutput, on: onPod,
			set: into(truth, func(o *Options) *bool { return &o.JSON })},
		{name: "metrics-file", value: "FILE", env: "IBREMOVE_METRICS_FILE",
			help: "write Prometheus metrics for the node exporter's textfile collector", group: groupOutput, on: onSending, offer: offerFiles,
			set: into(text, func(o *Options) *string { return &o.MetricsFile })},
		{name: flagHelp, short: "h",
			help: "print this help", group: groupOutput, on: onAll},
		{name: flagVersion,
			help: "print the version, the commit and the build date", group: groupOutput, on: onAll},
		{name: "verbose", short: "v", env: "IBREMOVE_VERBOSE",
			help: "each request and each wait on stderr too, not only in run.log", group: groupOutput, on: onPod | onSimulate,
			set: into(truth, func(o *Options) *bool { return &o.Verbose })},
	}
}

func simulatorFlags() []Flag {
	return []Flag{
		{name: "simulate",
			help: "run against a pod simulator inside this process, its groups taken from FILE", group: groupSimulator, on: onRun | onCheck,
			set: into(truth, func(o *Options) *bool { return &o.Simulate })},
		{name: "addr", value: "HOST:PORT", def: "127.0.0.1:0",
			help: "where to listen, on loopback; port 0 takes a free one", group: groupSimulator, on: onSimulate,
			set: into(loopback, func(o *Options) *string { return &o.Addr })},
		{name: "seed", value: "FILE",
			help: "a CSV file whose groups are served", group: groupSimulator, on: onSimulate, offer: offerFiles,
			set: into(text, func(o *Options) *string { return &o.Seed })},
		{name: "set", value: "NAME=VALUE", many: true,
			help: "how the simulated pod behaves", group: groupSimulator, on: onSimulate,
			set: setBehaviour},
	}
}
