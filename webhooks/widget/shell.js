/** What the button hands over: the page, the shadow root, the words and what the restaurant has set. */
export const shell = window.tabletalk;
export const { page, root, words, options } = shell;
