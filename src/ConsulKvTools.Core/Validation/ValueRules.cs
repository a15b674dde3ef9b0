using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ConsulKvTools.Validation;

/// <summary>What a value must be. Nothing here ever shows the value itself: what stands in KV may be a secret, and results are kept.</summary>
internal sealed record ValueRules
{
    public ValueType? Type { get; init; }

    public Regex? Pattern { get; init; }

    public string? Exactly { get; init; }

    public IReadOnlyList<string>? OneOf { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public int? MaximumBytes { get; init; }

    public JsonShape? Shape { get; init; }

    /// <summary>The text of a JSON schema.</summary>
    public string? Schema { get; init; }

    /// <summary>For a check's name: <c>, an Integer from 1 to 9</c>; empty when there is no rule.</summary>
    public string Description
    {
        get
        {
            var parts = new List<string>();
            if (Type is { } type) parts.Add($"of type {type}");
            if (Exactly is not null) parts.Add("with the expected value");
            if (OneOf is not null) parts.Add($"with one of {OneOf.Count} values");
            if (Pattern is not null) parts.Add($"matching {Printable.Text(Pattern.ToString(), 60)}");
            if (Minimum is { } least) parts.Add($"of {Show(least)} or more");
            if (Maximum is { } most) parts.Add($"of {Show(most)} or less");
            if (MaximumBytes is { } bytes) parts.Add($"of {Amount.Of(bytes, "byte")} at most");
            if (Shape is not null) parts.Add("of the JSON shape");
            if (Schema is not null) parts.Add("of the JSON schema");
            return parts.Count == 0 ? "" : ", " + string.Join(", ", parts);
        }
    }

    /// <summary>What does not fit; null when all does.</summary>
    public async Task<string?> ProblemAsync(ConsulKvEntry entry, EnvironmentCheckContext context)
    {
        var size = Amount.Of(entry.Bytes.Length, "byte");
        if (MaximumBytes is { } most && entry.Bytes.Length > most) return $"it has {size}, over {most}";
        if (this is { Type: null, Pattern: null, Exactly: null, OneOf: null, Minimum: null, Maximum: null, Shape: null, Schema: null }) return null;
        if (!entry.IsText) return $"its {size} are no UTF-8 text";
        var text = entry.Value;
        if (Exactly is not null && Exactly != text) return $"it differs from the expected value ({size}, {Encoding.UTF8.GetByteCount(Exactly)} expected)";
        if (OneOf is not null && !OneOf.Contains(text, StringComparer.Ordinal)) return $"it is none of the {OneOf.Count} values that are expected ({size})";
        if (Type is { } type && !ValueTypes.Is(text, type)) return $"its {size} are no {type}";
        if (Minimum is not null || Maximum is not null)
        {
            if (ValueTypes.Number(text) is not { } number) return $"its {size} are no Number";
            if (number < Minimum) return $"the number is under {Show(Minimum.Value)}";
            if (number > Maximum) return $"the number is over {Show(Maximum.Value)}";
        }
        try
        {
            if (Pattern?.IsMatch(text) == false) return $"it does not match {Printable.Text(Pattern.ToString(), 120)} ({size})";
        }
        catch (RegexMatchTimeoutException)
        {
            return $"the pattern {Printable.Text(Pattern!.ToString(), 120)} took over a second; write it without nested repetitions";
        }
        if (Shape is null && Schema is null) return null;
        if (ValueTypes.Document(text) is not { } document) return $"its {size} are no JSON";
        if (Shape?.Problem(document, "$") is { } misfit) return misfit;
        if (Schema is null) return null;
        if (context.Schemas is { } test) return await test(text, Schema).ConfigureAwait(false) is { } said ? $"it does not fit the JSON schema: {Printable.Text(said, 300)}" : null;
        context.Skipped = "JSON schemas need Test-Json of PowerShell 7. Use Json = @{…}, a simple shape, to check it everywhere.";
        return null;
    }

    private static string Show(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
