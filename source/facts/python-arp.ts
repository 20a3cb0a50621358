/** Why an address is `unknown` that lies in no network of the node. */
export const outOfSubnet = 'no interface in its subnet';

/**
 * Python for programs that run on a node as root: `arp(addresses)` asks who has these IPv4 addresses, as RFC 5227 section 2.1.1 asks
 * (sender 0.0.0.0, so that no cache learns anything), three times within 1.5 s for all at once, or until all have answered. It gives for each address `free`,
 * `taken MAC`, `own INTERFACE` or `unknown WORDS`, and changes nothing.
 */
export const pythonArp = `
import ipaddress, json, select, socket, subprocess, time

def octets(mac):
    return bytes(int(part, 16) for part in mac.split(":"))

def question(address, mac):
    head = b"\\xff" * 6 + octets(mac) + b"\\x08\\x06"
    body = b"\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x01" + octets(mac) + bytes(4) + bytes(6) + socket.inet_aton(address)
    return head + body

def arp(wanted):
    links = json.loads(subprocess.run(["ip", "-j", "address", "show"], capture_output=True, text=True).stdout or "[]")
    subnets = []
    own = {}
    for link in links:
        if link.get("link_type") != "ether":
            continue
        for info in link.get("addr_info", []):
            if info.get("family") != "inet":
                continue
            own[info["local"]] = link["ifname"]
            subnet = ipaddress.ip_network("%s/%s" % (info["local"], info["prefixlen"]), strict=False)
            subnets.append((subnet, link["ifname"], link["address"]))

    answers = {}
    asked = {}
    for address in wanted:
        if address in own:
            answers[address] = "own " + own[address]
            continue
        fitting = [entry for entry in subnets if ipaddress.ip_address(address) in entry[0]]
        if fitting:
            asked[address] = max(fitting, key=lambda entry: entry[0].prefixlen)
        else:
            answers[address] = "unknown ${outOfSubnet}"

    sockets = {}
    try:
        for _, name, _ in asked.values():
            if name not in sockets:
                sockets[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
                sockets[name].bind((name, 0))
        heard = lambda: all(address in answers for address in asked)
        for _ in range(3):
            for address, (_, name, mac) in asked.items():
                if address not in answers:
                    sockets[name].send(question(address, mac))
            until = time.monotonic() + 0.5
            while not heard() and time.monotonic() < until:
                ready, _, _ = select.select(list(sockets.values()), [], [], max(0, until - time.monotonic()))
                for each in ready:
                    frame = each.recv(2048)
                    if len(frame) < 42:
                        continue
                    sender = ":".join("%02x" % byte for byte in frame[22:28])
                    address = socket.inet_ntoa(frame[28:32])
                    if address in asked and sender != asked[address][2].lower():
                        answers[address] = "taken " + sender
    except OSError as problem:
        for address in asked:
            answers.setdefault(address, "unknown " + str(problem))
    return {address: answers.get(address, "free") for address in wanted}
`;
