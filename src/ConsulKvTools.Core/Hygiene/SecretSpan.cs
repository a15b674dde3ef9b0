namespace ConsulKvTools.Hygiene;

/// <summary>Where in a value's bytes something looks like a secret.</summary>
/// <param name="Rule">What it looks like.</param>
/// <param name="Start">The first of its bytes; where it is written with escapes or in base64, of the text that holds it.</param>
/// <param name="Length">How many bytes it takes there.</param>
/// <param name="Characters">How many characters the secret itself has.</param>
/// <param name="JsonPath">Where in a JSON document; null for none.</param>
/// <param name="Fingerprint">The last four digits of the secret's SHA-256.</param>
internal readonly record struct SecretSpan(SecretRule Rule, int Start, int Length, int Characters, string? JsonPath, string Fingerprint);
