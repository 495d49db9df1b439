import type { Product } from "./product.ts";

const BEATS = ["auditbeat", "filebeat", "heartbeat", "metricbeat", "packetbeat"];

/** Servers and what belongs to them. */
export const SERVERS: readonly Product[] = [
  { name: "openresty", file: /^nginx$/, patterns: [/nginx version: openresty\/(?<version>\d{1,4}(?:\.\d{1,4}){2,3})/] },
  {
    name: "nginx",
    file: /^nginx$/,
    patterns: [/nginx version: nginx\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/, /\0nginx\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/],
  },
  {
    name: "nginx-ingress-controller",
    file: /^nginx-ingress-controller$/,
    patterns: [/(?:\0|[^\d.]v)(?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:-(?:alpha|beta|rc)\.\d{1,4})?)\0/],
  },
  { name: "apache", file: /^httpd$|^apache2$/, patterns: [/Apache\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  { name: "lighttpd", file: /^lighttpd$/, patterns: [/lighttpd\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  {
    name: "haproxy",
    file: /^haproxy$/,
    patterns: [
      /HA-?Proxy version (?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4}|-dev\d{1,4}))/i,
      /\0{2,16}(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4}|-dev\d{1,4}))-[0-9a-f]{7,8}\0/,
      / version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})(?:-[\w.+~-]{1,40})?, released \d{4}\/\d{2}\/\d{2}/,
    ],
  },
  {
    name: "envoy",
    file: /^envoy$/,
    patterns: [
      /[0-9a-f]{40}\/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})(?:-dev)?\//,
      /\0(?<version>1\.\d{1,2}\.\d{1,2})(?:-dev)?\0(?=[(.A-Z a-z])/,
    ],
  },
  {
    name: "traefik",
    file: /^traefik$/,
    patterns: [
      /\0v?(?<version>\d\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc|ea)\.?\d{1,4})?)\0/,
      /[^\d.v]v?(?<version>[1-3]\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc|ea)\.?\d{1,4})?)\0/,
    ],
  },
  {
    name: "consul",
    file: /^consul$/,
    patterns: [
      /CONSUL_VERSION: (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /version\.GitDescribe=v?(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /\0v(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/,
    ],
  },
  {
    name: "vault",
    file: /^vault$/,
    patterns: [
      /(?::revoke|index_state)(?<version>1\.\d{1,2}\.\d{1,2}(?:-rc\d{1,4})?)(?=[^\d.])/,
      /0x%016x(?<version>1\.(?:13\.13|\d{1,2}\.\d{1,2}?))(?=[^\d.]|123-abc|1\.49)/,
      /\0(?<version>1\.\d{1,2}\.\d{1,2})\0/,
    ],
  },
  {
    name: "grafana",
    file: /^grafana(?:-server)?$/,
    patterns: [
      /release-(?<version>\d{1,2}\.\d{1,2}\.\d{1,2})(?:\+security-\d{1,4})?\0/,
      /(?<![\d.o])(?<version>\d{1,2}\.\d{1,2}\.\d{1,2}(?:-(?:preview|test|beta\d|security-\d{1,4}|\d{5,12}))?)\0/,
    ],
  },
  {
    name: "istio",
    file: /^pilot-(?:agent|discovery)$/,
    patterns: [
      /\0\d{1,4}\.\d{1,4}\.\d{1,4}\0{1,3}(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0/,
      /\0(?<version>\d{1,4}\.\d{1,4}(?:\.\d{1,4}(?:-(?:alpha|beta|rc)\.\d{1,4})?|-dev))\0/,
    ],
  },
  { name: "helm", file: /^helm$/, patterns: [/[^\w.]v(?<version>[2-4]\.\d{1,2}\.\d{1,2}(?:-(?:alpha|beta|rc)\.\d{1,4})?)\0/] },
  {
    name: "redis",
    file: /^redis-(?:server|check-rdb)$/,
    patterns: [
      /Redis version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/,
      /[^\d.](?<version>\d\.\d{1,2}\.(?:0|[1-9]\d?))(?:[0-9a-f]{12}|buildkitsandbox)-\d{19}/,
    ],
  },
  { name: "valkey", file: /^valkey-server$/, patterns: [/valkey(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  { name: "memcached", file: /^memcached$/, patterns: [/memcached (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  {
    name: "postgresql",
    file: /^postgres$/,
    patterns: [/PostgreSQL (?<version>\d{1,4}(?:\.\d{1,4}){0,4}(?:(?:alpha|beta|rc)\d{1,4})?)[ \0(]/],
  },
  { name: "percona-xtradb-cluster", file: /^mysqld?$/, patterns: [/Percona-XtraDB-Cluster-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/i] },
  { name: "percona-server", file: /^mysqld?$/, patterns: [/percona-server-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  { name: "percona-xtrabackup", file: /^xtrabackup$/, patterns: [/percona-xtrabackup-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
  {
    name: "mysql-cluster",
    file: /^(?:mysqld|ndb_mgmd|ndbd|ndbmtd)$/,
    patterns: [/-ndb-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/, /mysql-cluster-gpl-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/],
  },
  {
    name: "mysql",
    file: /^mysqld?$/,
    patterns: [
      /\/mysql-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\//,
      /\0(?<version>\d\.\d{1,4}\.\d{1,4})\0{1,8}mysql_real_escape_string_quote/,
    ],
  },
  {
    name: "mariadb",
    file: /^(?:mariadbd?|mysqld?)$/,
    patterns: [/(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})-MariaDB/, /\/mariadb-(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})-/],
  },
  { name: "mongodb", file: /^mongod$/, patterns: [/\0(?<version>\d\.\d{1,2}\.\d{1,2})\0(?:tcmalloc|heap_size|cppdefines|[a-z])/] },
  { name: "arangodb", file: /^arango(?:sh|d)$/, patterns: [/\0(?<version>3\.\d{1,4}\.\d{1,4}(?:-\d{1,4})?)(?: enterprise)? \[linux\]/] },
  { name: "fluent-bit", file: /^fluent-bit$/, patterns: [/\0(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})\0{1,8}(?:.{0,12})%?s?Fluent Bit v%s/s] },
  ...BEATS.map((name): Product => ({
    name,
    file: new RegExp(`^${name}$`),
    patterns: [/Test (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})(?=[^\d.])/, /(?<version>8\.\d{1,2}\.\d{1,2})(?:-9765625|globalclient)/],
  })),
  {
    name: "elastic-agent",
    file: /^elastic-agent$/,
    patterns: [/(?:53:04PM|enroll(?:: true)?)(?<version>\d{1,4}\.\d{1,4}\.\d{1,4})(?=[^\d.])/],
  },
  { name: "varnish", file: /^varnishd$/, patterns: [/varnish-(?<version>\d{1,2}\.\d{1,2}\.\d{1,2}) revision [0-9a-f]{40}/] },
  { name: "squid", file: /^squid$/, patterns: [/\0squid\/(?<version>\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)\0/] },
  { name: "bind", file: /^named$/, patterns: [/\0libisc-(?<version>9\.\d{1,3}\.\d{1,3})(?:-[\w.+~-]{1,40})?\.so/] },
  { name: "unbound", file: /^unbound$/, patterns: [/\0unbound (?<version>1\.\d{1,3}\.\d{1,3})\0/] },
  {
    name: "openssh",
    file: /^(?:sshd?|sshd-session)$/,
    patterns: [/\0OpenSSH_(?<version>\d{1,2}\.\d{1,2}(?:\.\d{1,2})?p\d{1,2})(?: [\w.+~-]{1,60})?\0/],
  },
  { name: "pgbouncer", file: /^pgbouncer$/, patterns: [/\0PgBouncer (?<version>1\.\d{1,3}\.\d{1,3})/] },
  { name: "pgpool", file: /^pgpool$/, patterns: [/\0(?<version>\d\.\d{1,3}\.\d{1,3})\0pgpool-II\0/] },
  { name: "mosquitto", file: /^mosquitto$/, patterns: [/\0(?<version>[12]\.\d{1,3}\.\d{1,3})\0mosquitto version %s/] },
  { name: "exim", file: /^exim4?$/, patterns: [/<<eximcnumber>>\0(?<version>4\.\d{2,3}(?:\.\d{1,3})?)\0<<eximversion>>/] },
  { name: "postfix", file: /^(?:master|postfix|smtpd)$/, patterns: [/\0mail_version=(?<version>[23]\.\d{1,3}\.\d{1,3})\0/] },
  { name: "dovecot", file: /^dovecot$/, patterns: [/Dovecot v(?<version>\d\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?) \(/] },
  { name: "vsftpd", file: /^vsftpd$/, patterns: [/\0vsftpd: version (?<version>\d\.\d{1,2}\.\d{1,2})/] },
  { name: "stunnel", file: /^stunnel[45]?$/, patterns: [/\0stunnel (?<version>\d\.\d{2}) on /] },
  { name: "monit", file: /^monit$/, patterns: [/>monit (?<version>5\.\d{1,3}\.\d{1,3})</] },
  { name: "proftpd", file: /^proftpd$/, patterns: [/ProFTPD Version (?<version>\d{1,4}\.\d{1,4}\.\d{1,4}(?:rc\d{1,4}|[a-z])?)/] },
  { name: "openldap", file: /^(?:ldapsearch|slapd|ldapadd)$/, patterns: [/OpenLDAP: \w{1,40} (?<version>\d{1,4}\.\d{1,4}\.\d{1,4})/] },
];
