/** What names in manifests look like. */
export const TOOL_NAME = /^[a-z][a-z0-9-]{0,31}$/;
export const PARAMETER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
export const SCRIPT_NAME = /^[a-z][a-z0-9-]{0,63}\.bt$/;
export const MAP_NAME = /^@[A-Za-z0-9_]{0,63}$/;
