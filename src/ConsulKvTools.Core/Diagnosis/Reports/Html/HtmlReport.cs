using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using ConsulKvTools.Diagnosis.Reports.Sections;
using static ConsulKvTools.Diagnosis.Reports.Html.HtmlText;

namespace ConsulKvTools.Diagnosis.Reports.Html;

/// <summary>Diagnoses, and what else was given, as one page that needs nothing else: no script, no request, no font.</summary>
internal static class HtmlReport
{
    private static readonly Lazy<string> Style = new(ReadStyle);

    public static string Render(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts)
    {
        var others = parts.Select((part, index) => HtmlSection.Of(part.Section, diagnoses.Count == 0 && parts.Count == 1 ? 0 : index + 1)).ToArray();
        var sections = diagnoses.Select((diagnosis, index) => HtmlDiagnosis.Of(diagnosis, diagnoses.Count == 1 ? 0 : index + 1)).ToArray();
        return Page(E("html", At("lang", "en"),
            E("head",
                E("meta", At("charset", "utf-8")),
                // Not even an inline style that somebody managed to smuggle in would be applied: only this style sheet, by its hash.
                E("meta", At("http-equiv", "Content-Security-Policy"), At("content", $"default-src 'none'; style-src 'sha256-{Hash(Style.Value)}'; base-uri 'none'; form-action 'none'")),
                E("meta", At("name", "viewport"), At("content", "width=device-width, initial-scale=1")),
                E("meta", At("name", "color-scheme"), At("content", "light dark")),
                E("meta", At("name", "referrer"), At("content", "no-referrer")),
                E("meta", At("name", "generator"), At("content", "ConsulKvTools")),
                E("title", Title(diagnoses, parts)),
                E("style", Style.Value)),
            E("body",
                E("main", diagnoses.Count > 1 ? HtmlOverview.Of(diagnoses) : null, diagnoses.Count == 0 && parts.Count > 1 ? Several(parts) : null, sections, others),
                E("footer", E("p", "Written by ConsulKvTools.",
                    // What was read back from a file knows no session, so nothing could be searched for.
                    diagnoses.All(diagnosis => !diagnosis.Secrets.IsEmpty) && parts.All(part => !part.Secrets.IsEmpty) ? " It was searched for the session’s secrets before it was saved; none is in it." : null)))));
    }

    private static XElement Several(IReadOnlyList<IReportPart> parts) => E("article", Class("overview"), E("header",
        E("p", Class("eyebrow"), "Consul KV report"), E("h1", $"{parts.Count} parts")));

    private static string Title(IReadOnlyList<ConsulDiagnosis> diagnoses, IReadOnlyList<IReportPart> parts) => diagnoses.Count == 0
        ? parts.Count == 1 ? $"{Text(parts[0].Section.Title)} – {Text(parts[0].Section.Kind)}" : "Consul KV report"
        : diagnoses.Count == 1
        ? $"{diagnoses[0].Verdict}: {Text(diagnoses[0].Target)} – Consul KV diagnosis"
        : $"{diagnoses.Count} Consul KV diagnoses";

    private static string Hash(string style)
    {
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(style)));
    }

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A browser reads line ends as \n, and the hash is of what it reads.
        return reader.ReadToEnd().Replace("\r\n", "\n");
    }
}
