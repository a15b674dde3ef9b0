using System.Globalization;

namespace ConsulKvTools;

/// <summary>So many of something in words, the same in every culture.</summary>
internal static class Amount
{
    /// <summary><c>1 key</c>, <c>1,234 keys</c>.</summary>
    /// <param name="number">How many.</param>
    /// <param name="noun">One of them; its plural takes an s.</param>
    public static string Of(long number, string noun) => string.Format(CultureInfo.InvariantCulture, "{0:N0} {1}{2}", number, noun, number == 1 ? "" : "s");
}
