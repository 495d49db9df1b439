/** Where OSV's bulk files are (google.github.io/osv.dev/data). */
export const OSV_MIRROR = "https://storage.googleapis.com/osv-vulnerabilities/";

/** Lists beside the advisories, each of one address. */
export const LISTS = {
  /** Known to be exploited: CISA's catalogue. */
  exploited: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
  /** How likely it is to be exploited: FIRST's scores of today. */
  epss: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
  /** When releases end. */
  endoflife: "https://endoflife.date/api/v1/products/full",
} as const;
export type ListName = keyof typeof LISTS;

/** What images are usually made of, by OSV's names of bulk files. */
export const USUAL_FAMILIES = [
  "AlmaLinux",
  "Alpine",
  "Bitnami",
  "Chainguard",
  "Debian",
  "Go",
  "Maven",
  "NuGet",
  "Packagist",
  "PyPI",
  "Red Hat",
  "Rocky Linux",
  "RubyGems",
  "Ubuntu",
  "Wolfi",
  "crates.io",
  "npm",
] as const;
