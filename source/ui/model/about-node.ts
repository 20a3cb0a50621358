/** Words about a node, which is named in front of them where they do not name it themselves. */
export const aboutNode = (node: string, words: string): string =>
  words.split(/[\s,:()]+/).includes(node) ? words : `${node}: ${words}`;
