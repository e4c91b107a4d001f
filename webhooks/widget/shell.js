/** What the button passes on: the page, the shadow root, the words and the restaurant's settings. */
export const shell = window.tabletalk;
export const { page, root, words, options } = shell;
