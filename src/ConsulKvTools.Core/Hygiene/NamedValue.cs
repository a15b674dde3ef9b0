namespace ConsulKvTools.Hygiene;

/// <summary>Something that stands under a name in a text.</summary>
/// <param name="Name">The name.</param>
/// <param name="Start">Where what stands there begins, in characters.</param>
/// <param name="Length">How many characters it has.</param>
internal readonly record struct NamedValue(SecretName Name, int Start, int Length);
