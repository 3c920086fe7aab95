/** As package.json says; a test compares them. */
export const agentVersion = '0.1.0';
