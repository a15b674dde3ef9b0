using System.Text;
using System.Text.RegularExpressions;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Hygiene;

/// <summary>Finds what looks like a secret in a value.</summary>
internal static class SecretScanner
{
    private const string EntropyRule = "high-entropy";

    // A name without any of these is none of a secret's.
    private static readonly WordSearch Telling = new(new[] { "pass", "pwd", "rootpw", "secret", "token", "key", "encrypt", "auth", "cred", "salt", "master", "management", "replication" }.Select(word => (word, 0)));

    // Bytes as letters, one each: patterns about bytes are written so.
    private static readonly Encoding OneByteEach = Encoding.GetEncoding(28591);

    /// <summary>What was not searched to its end within ten seconds; to be taken for a secret as a whole.</summary>
    public static SecretRule NotSearched { get; } = new()
    {
        Id = "not-searched", Title = "Value that could not be searched in time", Confidence = SecretConfidence.Low,
        Remedy = "Look at it yourself. A text that takes a pattern so long is rare; tell the authors of this module what kind of text it is.",
    };

    /// <summary>All places, in their order; none overlaps another.</summary>
    public static IReadOnlyList<SecretSpan> Scan(string key, byte[] value)
    {
        if (value.Length == 0) return [];
        try
        {
            if (TextParts.Of(key, value) is not { } parts) return ScanBytes(value);
            var whole = parts.Count == 1 && parts[0].JsonPath is null ? parts[0].Text : null;
            List<SecretSpan>? found = null;
            foreach (var part in parts)
                foreach (var (pattern, start, length) in ScanText(part, whole ??= Encoding.UTF8.GetString(value)))
                    (found ??= []).Add(Place(part, pattern.Rule, start, length));
            return found is null ? [] : [.. found.OrderBy(span => span.Start)];
        }
        catch (RegexMatchTimeoutException)
        {
            return [new SecretSpan(NotSearched, 0, value.Length, value.Length, null, new ConsulSecret(OneByteEach.GetString(value)).Fingerprint)];
        }
    }

    private static IReadOnlyList<SecretSpan> ScanBytes(byte[] value)
    {
        var letters = OneByteEach.GetString(value);
        foreach (var pattern in SecretRules.Patterns)
            if (pattern.Rule.Check == "Bytes" && pattern.Shape!.IsMatch(letters))
                return [new SecretSpan(pattern.Rule, 0, value.Length, value.Length, null, new ConsulSecret(letters).Fingerprint)];
        return [];
    }

    private static List<(SecretPattern Pattern, int Start, int Length)> ScanText(TextPart part, string document)
    {
        var found = new List<(SecretPattern Pattern, int Start, int Length)>();
        var patterns = SecretRules.Patterns;
        if (SecretRules.Words.IsIn(part.Text.AsSpan()))
        {
            var candidates = new SortedSet<int>();
            SecretRules.Words.Find(part.Text.AsSpan(), candidates);
            foreach (var number in candidates) AddShapes(patterns[number], part.Text, document, found);
        }
        IReadOnlyList<(int Start, int End)>? opaque = null;
        AddNamed(part, found);
        foreach (var (start, length) in Randomness.In(part.Text))
        {
            opaque ??= SecretReferences.OpaqueParts(part.Text);
            if (!opaque.Any(range => start < range.End && start + length > range.Start)) Add(found, Array.Find(patterns, pattern => pattern.Rule.Id == EntropyRule)!, start, length);
        }
        return found;
    }

    private static void AddShapes(SecretPattern pattern, string text, string document, List<(SecretPattern, int, int)> found)
    {
        if (pattern.Document?.IsMatch(document) == false) return;
        for (var match = pattern.Shape!.Match(text); match.Success; match = match.NextMatch())
        {
            var secret = match.Groups["secret"] is { Success: true } part ? part : match;
            if (secret.Length > 0 && SecretChecks.Passes(pattern.Rule.Check, secret.Value)) Add(found, pattern, secret.Index, secret.Length);
        }
    }

    private static void AddNamed(TextPart part, List<(SecretPattern, int, int)> found)
    {
        if (Telling.IsIn(part.Name.AsSpan()) && part.Text.Length > 0)
        {
            var bare = part.Text.Trim();
            if (bare.Length > 0) AddUnderName(NamedValues.Plain(part.Name), bare, part.Text.IndexOf(bare, StringComparison.Ordinal), found);
        }
        if (!Telling.IsIn(part.Text.AsSpan())) return;
        foreach (var named in NamedValues.In(part.Text))
            if (Telling.IsIn(named.Name.AsSpan())) AddUnderName(named.Name, part.Text.Substring(named.Start, named.Length), named.Start, found);
    }

    private static void AddUnderName(string name, string value, int start, List<(SecretPattern, int, int)> found)
    {
        foreach (var pattern in SecretRules.Patterns)
        {
            if (pattern.Names?.IsMatch(name) != true || pattern.Value?.IsMatch(value) == false || !SecretChecks.Passes(pattern.Rule.Check, value)) continue;
            Add(found, pattern, start, value.Length);
            return;
        }
    }

    /// <summary>
    /// What was found first stays, since rules are tried in the order in which they count; but a place that holds another wholly takes its place, and two that overlap
    /// become one: no part of a secret may stand beside what is hidden.
    /// </summary>
    private static void Add(List<(SecretPattern Pattern, int Start, int Length)> found, SecretPattern pattern, int start, int length)
    {
        var end = start + length;
        for (var at = found.Count - 1; at >= 0; at--)
        {
            var (known, from, size) = found[at];
            var to = from + size;
            if (start >= to || end <= from) continue;
            if (from <= start && end <= to) return;
            if (start > from || end < to) pattern = known;
            (start, end) = (Math.Min(start, from), Math.Max(end, to));
            found.RemoveAt(at);
        }
        found.Add((pattern, start, end - start));
    }

    private static SecretSpan Place(TextPart part, SecretRule rule, int start, int length)
    {
        var secret = part.Text.Substring(start, length);
        var fingerprint = new ConsulSecret(secret).Fingerprint;
        if (!part.IsExact) return new SecretSpan(rule, part.Start, part.Size, length, part.JsonPath, fingerprint);
        var before = Encoding.UTF8.GetByteCount(part.Text.Substring(0, start));
        return new SecretSpan(rule, part.Start + before, Encoding.UTF8.GetByteCount(secret), length, part.JsonPath, fingerprint);
    }
}
