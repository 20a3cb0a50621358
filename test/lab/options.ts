// What can be chosen about the nodes.

export interface NodeOptions {
  /** The name that it boots with; `node1`, `node2`, … when not given. */
  name?: string;
  /** Gives it a blank disk /dev/sdb of this size, as `20G`. Sparse: costs what is written. */
  disk?: string;
  /** Makes a volume group of this name on the disk before anyone looks. */
  volumeGroup?: string;
  /** Whether sudo asks for the password. */
  sudo?: 'none' | 'password';
  /** The password of user `ubuntu`. */
  password?: string;
  /** Which logins the node lets in. */
  login?: 'key' | 'password' | 'both';
  /** What its first netplan file says: a static address, or an address leased by the lab's DHCP server (the same address). */
  netplan?: 'static' | 'dhcp';
  /** Whether it has a second card, eth1, in a network of its own: 10.79.0.(10+N). */
  secondNetwork?: boolean;
  /** Whether `apt-get upgrade` finds a newer package, whose installation asks for a reboot. */
  upgrade?: boolean;
  /** A checkout with bin/, dist/, node_modules/, templates/: seen at /opt/kloudspot, its program on the PATH. */
  program?: string;
  /** What keeps its pods: the real kubelet with containers, or kwok, which only says so and costs a fifth: for many nodes. */
  kubelet?: 'real' | 'kwok';
  /** How long the hardware takes from a reboot to the first process. */
  rebootSeconds?: number;
}

export interface LabOptions extends NodeOptions {
  nodes: number;
  /** What differs on single nodes. */
  each?: Record<number, NodeOptions>;
  /** Whether claims are met and pools come up, as if the storage engines' operators ran. They do, unless this is false. */
  provisioner?: boolean;
}

export const defaultPassword = 'ubuntu';

export function optionsOf(n: number, { nodes: _, each, provisioner: __, ...common }: LabOptions): NodeOptions {
  const chosen: NodeOptions = { ...common, ...each?.[n] };
  if (chosen.volumeGroup) chosen.disk ??= '20G';
  return chosen;
}
