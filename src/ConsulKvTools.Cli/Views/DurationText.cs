using System.Globalization;

namespace ConsulKvTools.Cli.Views;

/// <summary>Durations with as many digits as anybody wants to read.</summary>
internal static class DurationText
{
    public static string Of(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        _ => duration.ToString("c", CultureInfo.InvariantCulture),
    };
}
