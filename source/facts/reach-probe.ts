import * as z from 'zod';
import type { Script } from '../host/host.ts';
import { parsedJson } from '../text/parsed-json.ts';
import { addressAnswer } from './address-probe.ts';
import { pythonArp } from './python-arp.ts';
import { pythonProxy } from './python-proxy.ts';
import { pythonScript } from './python-script.ts';

/** A version of a chart, in the index of a repository. */
export interface ChartWanted {
  readonly url: string;
  readonly chart: string;
  readonly version: string;
}

/** What one node is asked about the world around it. */
export interface ReachTask {
  /** Names that are looked up, as programs of the node do it. */
  readonly names: readonly string[];
  /** Search domains: whether a name that no one has is found below them. */
  readonly search: readonly string[];
  /** Who is asked by ARP whether it is there: where packets to other networks go. */
  readonly gateways: readonly string[];
  /** What must answer by HTTP, through the proxy of /etc/environment where there is one. */
  readonly urls: readonly string[];
  /** Charts that the index at one of those addresses must offer. */
  readonly charts?: readonly ChartWanted[];
  /** Variables of an environment: a proxy that is still to be set. Default: that of /etc/environment. */
  readonly proxy?: Readonly<Record<string, string>>;
}

const found = z.object({ addresses: z.array(z.string()).default([]), problem: z.string().optional() });
const heard = z.object({ status: z.number().optional(), problem: z.string().optional(), proxy: z.string().optional() });

const answer = z.object({
  names: z.record(z.string(), found),
  /** Gateway → what was heard of it. */
  gateways: z.record(z.string(), z.string().transform(addressAnswer)).default({}),
  /** Search domains below which every name exists. */
  wildcards: z.array(z.string()),
  urls: z.record(z.string(), heard),
  /** `pass`, or the servers that snapd does not reach; undefined where this snapd cannot say. */
  store: z.union([z.literal('pass'), z.array(z.string())]).optional(),
  /** Channels of MicroK8s that can be installed, in the order of the store; undefined where the store did not answer snapd. */
  channels: z.array(z.string()).optional(),
  /** ms that 99 of 100 small writes take at most until they are on disk. */
  writeMs: z.number().optional(),
});

/** What a node gets from its network. */
export type ReachAnswer = z.output<typeof answer>;

/** s that names, servers and snapd have to answer, and that is written to disk. */
const asking = 8;
const writing = 1;

/** ms until the probe must have ended, with the way to the node. */
export const reachDeadline = (asking + 20) * 1000;

/**
 * The script `reach`: looks up names, asks gateways by ARP, servers by HTTP and the snap store for its channels, and measures how
 * long small writes take until they are on disk, as etcd and dqlite write (2300 bytes and fdatasync, into a file without a name on the file system of /var/snap, for 1 s at most).
 * Everything at the same time; what has not answered after 8 s counts as silent. Nothing stays; an alarm of the kernel ends it.
 */
export function reachProbe(task: ReachTask): Script {
  return pythonScript('reach', asking + 10, { ...task, asking, writing }, pythonProxy + pythonArp + body);
}

/** Undefined where the probe printed something else. */
export function parseReachAnswer(stdout: string): ReachAnswer | undefined {
  return parsedJson(answer, stdout);
}

const body = `
import subprocess, tempfile, uuid

result = {"names": {}, "gateways": {}, "wildcards": [], "urls": {}}

def lookup(name):
    try:
        entries = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
        return {"addresses": sorted({entry[4][0] for entry in entries})}
    except OSError as problem:
        return {"addresses": [], "problem": getattr(problem, "strerror", None) or str(problem)}

def named(name):
    result["names"][name] = lookup(name)

def near():
    result["gateways"] = arp(task["gateways"])

def wildcard(domain):
    if lookup("kloudspot-%s.%s." % (uuid.uuid4().hex[:12], domain))["addresses"]:
        result["wildcards"].append(domain)

# A repository that has moved or was closed answers, but not with an index that has the chart.
def lacking(text, chart, version):
    section = re.search(r"^  %s:[ \\t]*\\n((?:[ \\t]*\\n|  [ -].*(?:\\n|$))*)" % re.escape(chart), text, re.M)
    if section is None:
        return "it has no chart " + chart
    offered = re.search(r"^\\s+(?:- )?version: [\\x22\\x27]?%s[\\x22\\x27]?\\s*$" % re.escape(version), section.group(1), re.M)
    return None if offered else "it has no version %s of the chart %s" % (version, chart)

def ask(url):
    proxy = proxy_for(url)
    about = {"proxy": re.sub("//[^@/]*@", "//***@", proxy)} if proxy else {}
    try:
        wanted = [each for each in task.get("charts") or [] if each["url"] == url]
        method = "GET" if wanted else "HEAD"
        with opener(url).open(urllib.request.Request(url, method=method), timeout=task["asking"] - 2) as answer:
            text = answer.read().decode(errors="replace") if wanted else ""
        missing = [words for words in (lacking(text, each["chart"], each["version"]) for each in wanted) if words]
        result["urls"][url] = {"problem": missing[0], **about} if missing else {"status": answer.status, **about}
    except urllib.error.HTTPError as problem:
        gone = wanted and problem.code in (403, 404, 410) and not proxy
        if gone:
            result["urls"][url] = {"problem": "the repository answers %d: it was moved or closed" % problem.code}
            return
        refused = proxy and problem.code in (403, 407, 502, 503, 504)
        result["urls"][url] = {"problem": "the proxy answers %d" % problem.code, **about} if refused else {"status": problem.code, **about}
    except Exception as problem:
        result["urls"][url] = {"problem": words(problem), **about}

def store():
    try:
        asked = subprocess.run(["snap", "debug", "connectivity"], capture_output=True, text=True, timeout=task["asking"] - 1)
    except (OSError, subprocess.TimeoutExpired):
        return
    lost = re.findall(r"^ \\* (\\S+): unreachable", asked.stdout, re.M)
    if lost:
        result["store"] = lost
    elif re.search(r"^ \\* PASS", asked.stdout, re.M):
        result["store"] = "pass"

# Behind the name of a channel: its version; ^ or an arrow where a safer one stands in for it; a dash where nothing does (snapd cmd/snap/cmd_info.go).
def channels():
    try:
        asked = subprocess.run(["snap", "info", "microk8s"], capture_output=True, encoding="utf-8", errors="replace", timeout=task["asking"] - 1)
    except (OSError, subprocess.TimeoutExpired):
        return
    listed = asked.stdout.partition("\\nchannels:")[2]
    there = re.findall(r"^  (\\S+/\\S+): +(?!--|\\u2013)\\S", listed, re.M)
    if there:
        result["channels"] = there

def write():
    folder = "/var/snap"
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    took, text, until = [], b"k" * 2300, time.monotonic() + task["writing"]
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as own:
            while time.monotonic() < until and len(took) < 5000:
                before = time.monotonic()
                own.write(text)
                os.fdatasync(own.fileno())
                took.append(time.monotonic() - before)
    except OSError:
        pass
    if took:
        result["writeMs"] = round(sorted(took)[max(0, -(-len(took) * 99 // 100) - 1)] * 1000, 2)

jobs = [(named, name) for name in task["names"]] + [(wildcard, domain) for domain in task["search"]] + [(ask, url) for url in task["urls"]]
together(jobs + [(near,), (store,), (channels,), (write,)], task["asking"])
for name in task["names"]: result["names"].setdefault(name, {"addresses": [], "problem": "no answer"})
for url in task["urls"]: result["urls"].setdefault(url, {"problem": "no answer"})
print(json.dumps(dict(result)), flush=True)`;
