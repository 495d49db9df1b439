/** Where the unit finds things. Absolute paths. */
export interface UnitPaths {
  /** The command, e.g. /usr/local/bin/seaworthy. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: the user's cache. */
  readonly advisoryFolder?: string;
}

/** systemd.syntax(7), "Quoting": a percent sign is a specifier, a dollar a variable. */
const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;

/**
 * A unit that starts the agent with the machine. What a reboot took from /run is put back before Docker starts containers: `Before=` waits for ExecStartPre.
 */
export const systemdUnit = ({ program, environment, advisoryFolder }: UnitPaths): string => {
  const command = program.map(quoted).join(" ");
  const advisories = advisoryFolder === undefined ? "" : ` --db ${quoted(advisoryFolder)}`;
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`);
  return `# Save as /etc/systemd/system/seaworthy-agent.service, then: systemctl enable --now seaworthy-agent
[Unit]
Description=Seaworthy: keeps the proxy true between deploys
After=local-fs.target
Before=docker.service

[Service]
${variables.join("")}ExecStartPre=-${command} agent --restore
ExecStart=${command} agent${advisories}
Restart=always
RestartSec=2
UMask=0077

[Install]
WantedBy=multi-user.target
`;
};
