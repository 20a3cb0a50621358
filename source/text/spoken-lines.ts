/** What the libraries of Kubernetes log ahead of what kubectl says: `E1128 10:41:42.580932   32000 memcache.go:265] …` (klog). */
const logged = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+:\d+\] /;

/** The lines of a program's output that are meant for its user: all but what its libraries log, unless there is nothing else. */
export function spokenLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const spoken = lines.filter((line) => !logged.test(line));
  return spoken.length === 0 ? lines : spoken;
}
