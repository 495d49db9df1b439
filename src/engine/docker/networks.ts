import * as v from "valibot";
import type { Networks, NetworkState } from "../ports.ts";
import { type Connection, path } from "./connection.ts";
import { readContainer } from "./container-state.ts";
import { unlessMissing } from "./containers.ts";
import { statusOf } from "./errors.ts";
import { labelFilter } from "./filters.ts";

const NETWORK = v.object({
  Id: v.string(),
  Name: v.string(),
  Driver: v.string(),
  Internal: v.nullish(v.boolean(), false),
  Labels: v.nullish(v.record(v.string(), v.string()), {}),
  IPAM: v.nullish(v.object({ Config: v.nullish(v.array(v.object({ Subnet: v.nullish(v.string(), "") })), []) })),
  Containers: v.nullish(v.record(v.string(), v.object({ IPv4Address: v.nullish(v.string(), "") })), {}),
});

const readNetwork = (answer: unknown): NetworkState => {
  const network = v.parse(NETWORK, answer);
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver,
    internal: network.Internal,
    labels: network.Labels,
    subnets: (network.IPAM?.Config ?? []).map((pool) => pool.Subnet).filter((subnet) => subnet !== ""),
    addresses: Object.fromEntries(
      Object.entries(network.Containers).map(([id, endpoint]) => [id, endpoint.IPv4Address.replace(/\/\d+$/, "")]),
    ),
  };
};

export const dockerNetworks = (connection: Connection): Networks => {
  const inspect = async (network: string): Promise<NetworkState | undefined> => {
    const answer = await unlessMissing(
      connection.call({ tried: `inspect the network ${network}`, method: "GET", path: path`/networks/${network}` }),
    );
    if (answer === undefined) return undefined;
    const state = readNetwork(answer);
    return state.name === network || (state.id.startsWith(network) && network.length >= 12) ? state : undefined;
  };

  const isConnected = async (network: string, container: string): Promise<boolean> => {
    const answer = await unlessMissing(
      connection.call({ tried: `inspect ${container}`, method: "GET", path: path`/containers/${container}/json` }),
    );
    return answer !== undefined && Object.hasOwn(readContainer(answer).addresses, (await inspect(network))?.name ?? network);
  };

  return {
    create: async (name, config) => {
      const answer = await connection.call({
        tried: `create the network ${name}`,
        method: "POST",
        path: "/networks/create",
        body: {
          Name: name,
          CheckDuplicate: true,
          Driver: config.driver,
          Internal: config.internal ?? false,
          EnableIPv6: config.enableIpv6 ?? false,
          Options: config.options ?? {},
          Labels: config.labels,
          ...(config.pools === undefined
            ? {}
            : {
                IPAM: {
                  Driver: "default",
                  Config: config.pools.map(({ subnet, gateway, ipRange }) => ({
                    Subnet: subnet,
                    ...(gateway === undefined ? {} : { Gateway: gateway }),
                    ...(ipRange === undefined ? {} : { IPRange: ipRange }),
                  })),
                },
              }),
        },
      });
      return v.parse(v.object({ Id: v.string() }), answer).Id;
    },
    inspect,
    list: async (labels) => {
      const answer = await connection.call({ tried: "list networks", method: "GET", path: "/networks", query: labelFilter(labels) });
      // A listing leaves out who is connected.
      const found = await Promise.all(v.parse(v.array(v.object({ Id: v.string() })), answer).map(({ Id }) => inspect(Id)));
      return found.filter((network) => network !== undefined);
    },
    connect: async (network, container, options = {}) => {
      try {
        await connection.call({
          tried: `connect ${container} to ${network}`,
          method: "POST",
          path: path`/networks/${network}/connect`,
          body: {
            Container: container,
            EndpointConfig: {
              ...(options.aliases === undefined ? {} : { Aliases: options.aliases }),
              ...(options.address === undefined ? {} : { IPAMConfig: { IPv4Address: options.address } }),
            },
          },
        });
      } catch (error) {
        // The same words are used when another container of that name left its endpoint behind.
        if (!/already exists in network|already attached to network/i.test(String(error)) || !(await isConnected(network, container)))
          throw error;
      }
    },
    disconnect: async (network, container) => {
      try {
        await connection.call({
          tried: `disconnect ${container} from ${network}`,
          method: "POST",
          path: path`/networks/${network}/disconnect`,
          body: { Container: container, Force: true },
        });
      } catch (error) {
        if (statusOf(error) !== 404 && !/is not connected to (?:the )?network/i.test(String(error))) throw error;
      }
    },
    remove: async (network) => {
      await unlessMissing(connection.call({ tried: `remove the network ${network}`, method: "DELETE", path: path`/networks/${network}` }));
    },
  };
};
