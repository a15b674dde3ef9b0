using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>Finds what looks like a secret in a value.</summary>
internal static class SecretScanner
{
    private const int ShortestNameWithSecret = 12;
    private const int DeepestEncoded = 3;
    private static readonly Lazy<SecretPattern> Random = new(() => Array.Find(SecretRules.Patterns, pattern => pattern.Rule.Id == "high-entropy")!);

    // Bytes as letters, one each: patterns about bytes are written so.
    private static readonly Encoding OneByteEach = Encoding.GetEncoding(28591);

    /// <summary>What was not searched to its end within ten seconds; to be taken for a secret as a whole.</summary>
    public static SecretRule NotSearched { get; } = new()
    {
        Id = "not-searched", Title = "Value that could not be searched in time", Confidence = SecretConfidence.Low,
        Remedy = "Look at it yourself. A text that takes a pattern so long is rare; tell the authors of this module what kind of text it is.",
    };

    /// <summary>All places, in their order; none overlaps another.</summary>
    public static IReadOnlyList<SecretSpan> Scan(string key, byte[] value, CancellationToken cancellation = default)
    {
        if (value.Length == 0) return [];
        try
        {
            var document = new ScannedDocument(value);
            bool IsSecret(string name) => name.Length >= ShortestNameWithSecret && ScanText(new TextPart(default, name, null, 0, 0, false), document, cancellation).Count > 0;
            if (TextParts.Of(key, value, IsSecret, cancellation) is not { } parts) return ScanBytes(value);
            List<SecretSpan>? found = null;
            foreach (var part in parts)
            {
                cancellation.ThrowIfCancellationRequested();
                var some = ScanText(part, document, cancellation);
                if (ScanEncoded(part, document, IsSecret, 1, cancellation) is { Count: > 0 } encoded) some = WithEncoded([.. some, .. encoded]);
                if (some.Count > 0) Place(part, some, found ??= []);
            }
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

    private static List<Match> ScanText(TextPart part, ScannedDocument document, CancellationToken cancellation, bool isEncoded = false)
    {
        var found = new List<Match>();
        var patterns = SecretRules.Patterns;
        if (SecretRules.Words.IsIn(part.Text.AsSpan()))
        {
            var candidates = new SortedSet<int>();
            SecretRules.Words.Find(part.Text.AsSpan(), candidates);
            foreach (var number in candidates) AddShapes(patterns[number], part.Text, document, found, cancellation);
        }
        AddNamed(part, found, cancellation);
        if (!isEncoded) AddRandom(part.Text, found);
        return Apart(found);
    }

    /// <summary>Texts in base64 that stand in a part and hold secrets. What merely looks random is none there: much that is no secret decodes to such a text.</summary>
    private static List<Match> ScanEncoded(TextPart part, ScannedDocument document, Func<string, bool> isSecret, int depth, CancellationToken cancellation)
    {
        var found = new List<Match>();
        foreach (var (start, length, text) in EncodedTexts.In(part.Text, cancellation))
        {
            var inside = new List<Inside>();
            foreach (var inner in TextParts.OfEncoded(part, text, isSecret, cancellation))
            {
                foreach (var match in ScanText(inner, document, cancellation, isEncoded: true)) inside.Add(new(match.Pattern!.Rule, match.Length, new ConsulSecret(inner.Text.Substring(match.Start, match.Length)).Fingerprint));
                if (depth < DeepestEncoded) inside.AddRange(ScanEncoded(inner, document, isSecret, depth + 1, cancellation).SelectMany(deeper => deeper.Inside!));
            }
            if (inside.Count > 0) found.Add(new(null, start, length, inside));
        }
        return found;
    }

    private static void AddShapes(SecretPattern pattern, string text, ScannedDocument document, List<Match> found, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!document.Fits(pattern)) return;
        for (var match = pattern.Shape!.Match(text); match.Success; match = match.NextMatch())
        {
            cancellation.ThrowIfCancellationRequested();
            var secret = match.Groups["secret"] is { Success: true } part ? part : match;
            if (secret.Length > 0 && SecretChecks.Passes(pattern.Rule.Check, secret.Value)) found.Add(new(pattern, secret.Index, secret.Length));
        }
    }

    private static void AddNamed(TextPart part, List<Match> found, CancellationToken cancellation)
    {
        if (part.Name.Plain is not null)
        {
            var bare = part.Text.Trim();
            if (bare.Length > 0) AddUnderName(part.Name, bare, part.Text.IndexOf(bare, StringComparison.Ordinal), found);
        }
        foreach (var named in NamedValues.In(part.Text))
        {
            cancellation.ThrowIfCancellationRequested();
            if (named.Name.Plain is not null) AddUnderName(named.Name, part.Text.Substring(named.Start, named.Length), named.Start, found);
        }
    }

    private static void AddUnderName(SecretName name, string value, int start, List<Match> found)
    {
        if (name.IsInherited && !SecretChecks.IsTellingItself(value)) return;
        foreach (var pattern in SecretRules.Patterns)
        {
            if (pattern.Rule.Id == "reversed-name" != name.IsReversed || pattern.Names?.IsMatch(name.Plain!) != true || !SecretChecks.Passes(pattern.Rule.Check, value)) continue;
            var match = pattern.Value?.Match(value);
            if (match is { Success: false }) continue;
            found.Add(match?.Groups["secret"] is { Success: true } part ? new(pattern, start + part.Index, part.Length) : new(pattern, start, value.Length));
            return;
        }
    }

    private static void AddRandom(string text, List<Match> found)
    {
        IReadOnlyList<(int Start, int End)>? opaque = null;
        var next = 0;
        foreach (var (start, length) in Randomness.In(text))
        {
            opaque ??= SecretReferences.OpaqueParts(text);
            while (next < opaque.Count && opaque[next].End <= start) next++;
            if (next == opaque.Count || opaque[next].Start >= start + length) found.Add(new(Random.Value, start, length));
        }
    }

    /// <summary>
    /// What overlaps becomes one, for no part of a secret may stand beside what is hidden. It is told by the rule that was first, since rules are tried in the order in
    /// which they count; but by that of a place which holds all others wholly.
    /// </summary>
    private static List<Match> Apart(List<Match> found)
    {
        if (found.Count < 2) return found;
        var apart = new List<Match>();
        var order = Enumerable.Range(0, found.Count).OrderBy(number => found[number].Start).ThenBy(number => number).ToArray();
        for (var at = 0; at < order.Length;)
        {
            var (first, start, end) = (order[at], found[order[at]].Start, found[order[at]].End);
            var behind = at + 1;
            for (; behind < order.Length && found[order[behind]].Start < end; behind++)
            {
                first = Math.Min(first, order[behind]);
                end = Math.Max(end, found[order[behind]].End);
            }
            var (least, whole) = (int.MaxValue, end - start);
            for (; at < behind; at++)
                if (found[order[at]].Length == whole) least = Math.Min(least, order[at]);
            apart.Add(new(found[least == int.MaxValue ? first : least].Pattern, start, whole));
        }
        return apart;
    }

    /// <summary>What overlaps a text in base64 becomes one with it, told by what that says; but by the rule of a place that is more than the text, and no guess.</summary>
    private static List<Match> WithEncoded(List<Match> found)
    {
        var apart = new List<Match>();
        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        for (var at = 0; at < found.Count;)
        {
            var (first, end) = (at, found[at].End);
            for (at++; at < found.Count && found[at].Start < end; at++) end = Math.Max(end, found[at].End);
            var group = found.GetRange(first, at - first);
            var encoded = group.FindAll(match => match.Inside is not null);
            var wider = group.Find(match => match.Pattern is { } pattern && (encoded.Count == 0 || (pattern != Random.Value && !encoded.Exists(text => text.Start <= match.Start && match.End <= text.End))));
            apart.Add(new(wider.Pattern, group[0].Start, end - group[0].Start, wider.Pattern is null ? [.. encoded.SelectMany(text => text.Inside!)] : null));
        }
        return apart;
    }

    /// <summary>Where in the value the places are; counted on from one to the next.</summary>
    private static void Place(TextPart part, List<Match> matches, List<SecretSpan> places)
    {
        var (letters, bytes) = (0, part.Start);
        foreach (var match in matches)
        {
            // Half a letter has no bytes of its own.
            var start = match.Start > letters && char.IsLowSurrogate(part.Text[match.Start]) ? match.Start - 1 : match.Start;
            var end = match.End < part.Text.Length && char.IsLowSurrogate(part.Text[match.End]) ? match.End + 1 : match.End;
            var secret = part.Text.Substring(start, end - start);
            var inside = match.Inside ?? [new Inside(match.Pattern!.Rule, match.Length, new ConsulSecret(secret).Fingerprint)];
            if (!part.IsExact)
            {
                places.AddRange(inside.Select(one => new SecretSpan(one.Rule, part.Start, part.Size, one.Characters, part.JsonPath, one.Fingerprint)));
                continue;
            }
            bytes += Encoding.UTF8.GetByteCount(part.Text.Substring(letters, start - letters));
            var (place, size) = (bytes, Encoding.UTF8.GetByteCount(secret));
            places.AddRange(inside.Select(one => new SecretSpan(one.Rule, place, size, one.Characters, part.JsonPath, one.Fingerprint)));
            (letters, bytes) = (end, bytes + size);
        }
    }

    /// <summary>A secret within a text in base64.</summary>
    private readonly record struct Inside(SecretRule Rule, int Characters, string Fingerprint);

    /// <summary>A place in a text.</summary>
    /// <param name="Pattern">What it is; null for a text in base64.</param>
    /// <param name="Start">Its first letter.</param>
    /// <param name="Length">How many letters.</param>
    /// <param name="Inside">What a text in base64 holds; null for what stands there as it is.</param>
    private readonly record struct Match(SecretPattern? Pattern, int Start, int Length, IReadOnlyList<Inside>? Inside = null)
    {
        public int End => Start + Length;
    }

    /// <summary>What rules want of the whole value, found out once.</summary>
    private sealed class ScannedDocument(byte[] value)
    {
        private readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);
        private string? text;

        public bool Fits(SecretPattern pattern)
        {
            if (pattern.Document is null) return true;
            if (!known.TryGetValue(pattern.Rule.Id, out var fits)) known.Add(pattern.Rule.Id, fits = pattern.Document.IsMatch(text ??= Encoding.UTF8.GetString(value)));
            return fits;
        }
    }
}
