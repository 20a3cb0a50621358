import { createContext, useContext } from 'react';
import { type Theme, themeOf } from './theme.ts';

export const ThemeContext = createContext<Theme>(themeOf({ color: true, ascii: false }));

export function useTheme(): Theme {
  return useContext(ThemeContext);
}
