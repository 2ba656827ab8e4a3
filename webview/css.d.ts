// Stylesheets are bundled beside the page's script; as modules they hold nothing.
declare module '*.css';
