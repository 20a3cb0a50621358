export type TypedSize = { readonly gib: number } | { readonly problem: string };

const leastGiB = 1;
const mostGiB = 1_000_000;

/** A volume's size as it is typed: a whole number of GB. What is wrong and what to do is in one line. */
export function typedSize(text: string): TypedSize {
  const typed = text.trim();
  if (typed === '') return { problem: 'Nothing was typed: write a whole number of GB, such as 10.' };
  const unit = /^(\d+)\s*(g|gb|gi|gib)$/i.exec(typed);
  if (unit) return { problem: `${typed} carries a unit: write ${unit[1]}, GB is meant already.` };
  if (/^\d+\s*[a-z]+$/i.test(typed)) return { problem: `${typed} carries a unit: write the number of GB alone.` };
  if (/^-\d/.test(typed)) return { problem: `${typed} is below zero: at least ${leastGiB} GB.` };
  if (/^\d+[.,]\d+$/.test(typed)) {
    return { problem: `${typed} is not whole: write ${Math.ceil(Number.parseFloat(typed.replace(',', '.')))}.` };
  }
  if (!/^\d+$/.test(typed)) return { problem: `${typed} is not a number of GB: write digits only, such as 10.` };
  const gib = Number(typed);
  if (gib < leastGiB) return { problem: `${typed} GB is too small: at least ${leastGiB} GB.` };
  if (gib > mostGiB) return { problem: `${typed} GB is too large: at most ${mostGiB} GB.` };
  return { gib };
}
