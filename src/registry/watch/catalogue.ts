/** What is counted since the registry started, by the name in /metrics. Labels take values from short lists of ours, or name an upstream of the settings. */
export const COUNTERS = {
  seaworthy_registry_requests_total: { labels: ["route", "method", "status"], help: "Requests answered." },
  seaworthy_registry_received_bytes_total: { labels: ["route"], help: "Bytes read from clients." },
  seaworthy_registry_sent_bytes_total: { labels: ["route"], help: "Bytes written to clients." },
  seaworthy_registry_pulls_total: { labels: [], help: "Manifests pulled." },
  seaworthy_registry_pushes_total: { labels: [], help: "Manifests pushed." },
  seaworthy_registry_refused_logins_total: { labels: ["why"], help: "Logins refused, by reason." },
  seaworthy_registry_upkeep_runs_total: {
    labels: ["job", "result"],
    help: "Runs of gc, scrub and retain, by themselves or by command, that were done or failed. Dry runs do not count.",
  },
  seaworthy_registry_upkeep_seconds_total: { labels: ["job"], help: "Time that they took, waiting included." },
  seaworthy_registry_gc_manifests_total: { labels: [], help: "Manifests collected." },
  seaworthy_registry_gc_blobs_total: { labels: ["step"], help: "Blobs that were condemned, and blobs whose file was removed." },
  seaworthy_registry_gc_orphans_total: { labels: [], help: "Files without a record that were removed." },
  seaworthy_registry_gc_freed_bytes_total: { labels: [], help: "Bytes of the files that collections removed." },
  seaworthy_registry_scrub_blobs_total: { labels: [], help: "Blobs read again and compared with their digest." },
  seaworthy_registry_scrub_read_bytes_total: { labels: [], help: "Bytes of them." },
  seaworthy_registry_scrub_damaged_total: { labels: ["kind"], help: "Blobs and manifests whose bytes were not what their digest says." },
  seaworthy_registry_retain_tags_total: { labels: [], help: "Tags that retention dropped into the trash." },
  seaworthy_registry_retain_refused_total: { labels: [], help: "Repositories that retention left alone because too much would have gone." },
  seaworthy_registry_mirror_requests_total: {
    labels: ["upstream", "kind", "result"],
    help: "What clients asked of a mirror: hit (it was here), stale (upstream could not be asked), joined (a fetch that was under way), fetched, refused.",
  },
  seaworthy_registry_mirror_upstream_requests_total: {
    labels: ["upstream", "method", "result"],
    help: "Requests to an upstream: found, missing, denied, away (no answer, 429, 5xx), or waited (not sent, it is being left alone).",
  },
  seaworthy_registry_mirror_fetched_bytes_total: { labels: ["upstream"], help: "Bytes of blobs that came from an upstream." },
  seaworthy_registry_mirror_failed_fetches_total: {
    labels: ["upstream"],
    help: "Blobs that broke off for good, were too long, or had another digest.",
  },
  seaworthy_registry_settings_reloads_total: { labels: ["result"], help: "How often registry.yaml was read again: done or refused." },
} as const satisfies Readonly<Record<string, { readonly labels: readonly string[]; readonly help: string }>>;

/** Values of this moment. */
export const GAUGES = {
  process_resident_memory_bytes: { labels: [], help: "Resident memory size in bytes." },
  seaworthy_registry_open_uploads: { labels: [], help: "Uploads that were begun and not finished." },
  seaworthy_registry_free_bytes: { labels: [], help: "Free space where the registry keeps its data." },
  seaworthy_registry_upkeep_last_done_timestamp_seconds: {
    labels: ["job"],
    help: "When a run was last done to its end, since 1970; 0 when never. It survives restarts.",
  },
  seaworthy_registry_upkeep_last_seconds: {
    labels: ["job"],
    help: "How long the last run took, done or failed, since the registry started.",
  },
  seaworthy_registry_gc_held_manifests: { labels: [], help: "Manifests that the last collection found needed." },
  seaworthy_registry_mirror_open_fetches: { labels: [], help: "Blobs on their way from upstreams." },
  seaworthy_registry_mirror_left_alone: { labels: ["upstream"], help: "1 while an upstream is left alone after a failure." },
  seaworthy_registry_mirror_ratelimit_remaining: { labels: ["upstream"], help: "What an upstream last said is left of its rate limit." },
} as const satisfies Readonly<Record<string, { readonly labels: readonly string[]; readonly help: string }>>;

export const DURATIONS = "seaworthy_registry_request_duration_seconds";

export type CounterName = keyof typeof COUNTERS;
export type GaugeName = keyof typeof GAUGES;
