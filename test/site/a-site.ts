/** A small valid site as an operator wrote it, with remarks of his own. */
export const berlin = `# yaml-language-server: $schema=/old/place/site.schema.json
# Berlin, second floor
version: 1
name: berlin   # as on the rack

# machines
nodes:
  # rack a
  - name: ks-1
    reach: 10.0.4.21   # console 3
    role: manager
    local: true
    x-serial: "0042"

  # rack b
  - name: ks-2
    reach: 10.0.4.87
    role: manager
    network: {mode: static, address: 10.0.4.22/24}
  - {name: ks-3, reach: 10.0.4.23, role: manager}

x-contact: night shift
network:
  virtualAddress: 10.0.4.30
  gateway: 10.0.4.1
  nameservers: [10.0.4.1, 8.8.8.8]  # both
customer:
  dnsName: 'spot.acme.eu'
  reference: "no"
# the end
`;
