using System.Globalization;

namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>That this machine's clock and the agent's differ by more than anybody's tolerance.</summary>
internal static class ClockSkew
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>A warning: by itself it stops no write. Where it makes a certificate seem out of its time, it becomes the error's reason.</summary>
    /// <param name="skew">This clock less the agent's.</param>
    /// <param name="server">The agent's clock.</param>
    /// <param name="evidence">What else was seen.</param>
    public static ConsulFinding Finding(TimeSpan skew, DateTimeOffset server, params (string, object?)[] evidence) => ConsulFinding.Create("Tls.ClientClockSkew",
        [.. evidence, ("seconds", Math.Round(skew.TotalSeconds)), ("value", server.ToString("u", CultureInfo.InvariantCulture)), ("serverTime", server.UtcDateTime)]) with
    { Severity = FindingSeverity.Warning };
}
