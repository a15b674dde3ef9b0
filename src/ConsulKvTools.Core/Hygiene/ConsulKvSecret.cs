namespace ConsulKvTools;

/// <summary>A place in a value that looks like a secret. Holds neither the secret nor any part of it.</summary>
public sealed record ConsulKvSecret
{
    /// <summary>The key; of a file that is one value its path.</summary>
    public required string Key { get; init; }

    /// <summary>The rule that it matches: <c>github-token</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What it is, in words.</summary>
    public required string Title { get; init; }

    /// <summary>How sure that is.</summary>
    public required SecretConfidence Confidence { get; init; }

    /// <summary>
    /// The last four hexadecimal digits of the secret's SHA-256, without a salt: the same secret has the same one everywhere, as tokens have in
    /// sessions. It does not give the secret away, but tells somebody who guesses which guesses may be right: of 65,536 wrong ones, one.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>The byte of the value at which it begins, from 0; where JSON writes it with escapes or it lies in base64, where that text begins.</summary>
    public required int Offset { get; init; }

    /// <summary>The line of the value, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Where in a JSON value: <c>$.database.password</c>; null where the value is no JSON object or list.</summary>
    public string? JsonPath { get; init; }

    /// <summary>How many characters the secret has; of bytes that are no text, bytes of the whole value.</summary>
    public required int Length { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Remedy { get; init; }

    /// <summary>The session it was read with; null where it came from a file.</summary>
    public string? Session { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Printable.Text(Key)}: {Title}";
}
