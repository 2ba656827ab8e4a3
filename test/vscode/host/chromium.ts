// Finds the browser that the tests look at VS Code with: Debian's, or whatever CHROME_PATH names.
import { existsSync } from 'node:fs';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
];

/** The path of a Chromium or Chrome. Throws, with what to do, where there is none. */
export function findChromium(): string {
  const named = process.env['CHROME_PATH'];
  const places = named === undefined || named === '' ? usualPlaces : [named];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      `No Chromium at ${places.join(', ')}. Install it (apt-get install chromium) or set CHROME_PATH.`,
    );
  }
  return found;
}
