/** Who listens on a port of this host. */
export interface Listener {
  /** Undefined where the process cannot be seen. */
  readonly pid?: number;
  /** Its name, as ps shows it. */
  readonly program?: string;
  /** The container whose process it is, or for which Docker's own proxy listens; by its id. */
  readonly containerId?: string;
  /** Loopback only: nobody outside reaches it. */
  readonly loopback: boolean;
}

/** What of this host's network a change of hands touches. */
export interface HostNetwork {
  /**
   * From now on new connections to `port` of this host come out at `to`; those that are open stay where they are. Doing it again changes nothing.
   * It does not outlive a restart of the host. @throws TOOL_MISSING, PERMISSION_DENIED
   */
  redirect(port: number, to: number): Promise<void>;
  /** Takes it back. Connections that came through it live on. */
  endRedirect(port: number, to: number): Promise<void>;
  /** Undefined: nobody listens there. */
  listener(port: number): Promise<Listener | undefined>;
  /**
   * Remote addresses of connections to `port` in the network of a process, one for each. Those that the host's own program of the name `besides` has made
   * are left out. @throws PERMISSION_DENIED, INPUT_NOT_FOUND when there is no such process */
  connections(pid: number, port: number, besides: string): Promise<readonly string[]>;
  /** Why a connection from outside may not reach a port on which a process of the host itself listens; undefined when nothing filters. */
  filter(): Promise<string | undefined>;
}
