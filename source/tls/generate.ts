/** A file of its own: of a CommonJS package that is imported at run time, the bundle gives no named exports. */
export { generate } from 'selfsigned';
