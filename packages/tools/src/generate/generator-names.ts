/** What writes scripts of a tool's parameters, where no file can have them: the probe itself is a parameter. */
export const generatorNames = ['trace', 'argdist', 'funccount', 'stackcount', 'funclatency'] as const;
export type GeneratorName = (typeof generatorNames)[number];
