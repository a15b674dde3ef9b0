using System.Globalization;
using System.Text.Json;
using ConsulKvTools.Sessions;

namespace ConsulKvTools.Validation;

/// <summary>What a value is to be read as.</summary>
internal enum ValueType
{
    /// <summary>Valid UTF-8.</summary>
    Text,

    /// <summary>Text that is more than blanks.</summary>
    NotEmpty,

    /// <summary>A whole number, with or without sign.</summary>
    Integer,

    /// <summary>A number as in JSON, with a point.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>, in any letter case.</summary>
    Boolean,

    /// <summary>A GUID with hyphens.</summary>
    Guid,

    /// <summary>An absolute URI.</summary>
    Uri,

    /// <summary>A duration in Go's form.</summary>
    Duration,

    /// <summary>A date, or date and time, in ISO 8601.</summary>
    DateTime,

    /// <summary>Base64, at least one byte.</summary>
    Base64,

    /// <summary>One JSON document.</summary>
    Json,
}

/// <summary>Reads values as what they are to be.</summary>
internal static class ValueTypes
{
    private static readonly string[] Iso =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    public static bool Is(string text, ValueType type) => type switch
    {
        ValueType.Text => true,
        ValueType.NotEmpty => !string.IsNullOrWhiteSpace(text),
        ValueType.Integer => System.Numerics.BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ValueType.Number => Number(text) is not null,
        ValueType.Boolean => bool.TryParse(text, out _) && text.Trim() == text,
        ValueType.Guid => System.Guid.TryParseExact(text, "D", out _),
        ValueType.Uri => System.Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase),
        ValueType.Duration => GoDuration.TryParse(text, out _) && text.Trim() == text,
        ValueType.DateTime => DateTimeOffset.TryParseExact(text, Iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        ValueType.Base64 => IsBase64(text),
        ValueType.Json => Document(text) is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && !double.IsNaN(number) && !double.IsInfinity(number) ? number : null;

    /// <summary>The JSON document; null when it is none.</summary>
    public static JsonElement? Document(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text).Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
