import { createContext, useContext } from 'react';
import { type Theme, themeOf } from './theme.ts';

/** The theme that all below it are drawn in. */
export const ThemeContext = createContext<Theme>(themeOf({ color: true, ascii: false }));

/** The theme of the page. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}
