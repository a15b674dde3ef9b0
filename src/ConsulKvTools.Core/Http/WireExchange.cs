using System.Globalization;
using System.Text;

namespace ConsulKvTools.Http;

/// <summary>What can be said about one request and its answer without showing a secret or a value.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Status">The answer's status; null when none came.</param>
/// <param name="Code">What went wrong on the way; null when an answer came whole.</param>
/// <param name="Sent">Bytes of the request's body.</param>
/// <param name="Received">Bytes of the answer's body that were read.</param>
/// <param name="Timings">How long it took.</param>
/// <param name="Headers">The request's headers, secrets hidden.</param>
internal sealed record WireExchange(string Method, string Path, int? Status, string? Code, long Sent, long Received, RequestTimings Timings, string Headers)
{
    /// <summary>On one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Method} {Printable.Text(Path, 300)}: ");
        text.Append(Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer");
        if (Code is not null) text.Append(", ").Append(Code);
        text.Append(" in ").Append(DiagnosisText.Time(Timings.Total));
        if (Status is not null) text.Append(" (first byte after ").Append(DiagnosisText.Time(Timings.FirstByte)).Append(')');
        text.AppendFormat(CultureInfo.InvariantCulture, ", {0:N0} B sent, {1:N0} B received", Sent, Received);
        if (Timings.Dial is { } dial)
        {
            text.Append("; new connection");
            Phase(text, "name", dial.Name);
            Phase(text, "TCP", dial.Connect);
            Phase(text, "proxy", dial.Proxy);
            Phase(text, "TLS", dial.Tls);
        }
        return text.Append("; ").Append(Headers).ToString();
    }

    private static void Phase(StringBuilder text, string name, TimeSpan? time)
    {
        if (time is { } known) text.Append(", ").Append(name).Append(' ').Append(DiagnosisText.Time(known));
    }
}
