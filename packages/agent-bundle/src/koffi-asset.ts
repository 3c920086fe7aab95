/** The name of koffi's library inside the one file. */
export const koffiAsset = 'koffi.node';
