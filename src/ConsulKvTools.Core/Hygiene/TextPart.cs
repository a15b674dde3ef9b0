namespace ConsulKvTools.Hygiene;

/// <summary>A part of a value that is searched on its own: a text of a JSON document, or all of it.</summary>
/// <param name="Name">The name it stands under: a JSON member's, or the key's.</param>
/// <param name="Text">What it says, without escapes.</param>
/// <param name="JsonPath">Where in a JSON document; null for none.</param>
/// <param name="Start">Where it begins in the value, in bytes.</param>
/// <param name="Size">How many bytes it takes there.</param>
/// <param name="IsExact">True when its UTF-8 is what stands there, so that a place in it is a place in the value.</param>
internal readonly record struct TextPart(SecretName Name, string Text, string? JsonPath, int Start, int Size, bool IsExact);
