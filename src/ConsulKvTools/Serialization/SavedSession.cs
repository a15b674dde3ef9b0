using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>What Import-Clixml or a job has of a session: every setting, and no secret.</summary>
internal static class SavedSession
{
    private const string TypeName = "Deserialized.ConsulKvTools.ConsulKvSession";

    /// <summary>True for the picture of a session.</summary>
    public static bool IsPicture(object? given) => given is PSObject picture && picture.TypeNames.Contains(TypeName);

    /// <summary>A session with the settings of the picture. The token is this process's own where it is the same one.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It needs a token that is not here.</exception>
    /// <exception cref="ConsulException">A setting cannot be used here.</exception>
    public static ConsulKvSession Open(PSObject picture)
    {
        var sessions = RunspaceSessions.Current;
        var fingerprint = Text(picture, "TokenFingerprint");
        var address = Text(picture, "Address") ?? "";
        var name = Text(picture, "Name") ?? address;
        var id = Text(picture, "Id") ?? "";
        // Saved and read by the same process: it is still here.
        if (sessions.Known.FirstOrDefault(session => session.Id.ToString() == id) is { } same) return same;
        return sessions.OfPicture(id, () =>
        {
            var token = fingerprint is null ? null : TokenHere(sessions, address, fingerprint) ?? throw new ArgumentTransformationMetadataException(
                $"The session {Printable.Text(name, 80)} was made by another process, where its token stayed. Make it again here: New-ConsulKvSession {Printable.Text(address, 120)} -Token …; in a job, -Token $using:token takes a SecureString along.");
            return ConsulKvSession.CreateForDiagnosis(Options(picture, name, address, token), ConsulEnvironment.Empty);
        });
    }

    /// <summary>The token of that fingerprint, from a session of this runspace to the same address or from the environment; null when it is not here.</summary>
    private static ConsulSecret? TokenHere(RunspaceSessions sessions, string address, string fingerprint) =>
        sessions.Known.Where(session => session.Address == address).Append(sessions.OfEnvironment(null)).FirstOrDefault(session => session.TokenFingerprint == fingerprint)?.Token;

    private static ConsulSessionOptions Options(PSObject picture, string name, string address, ConsulSecret? token)
    {
        var settings = (LanguagePrimitives.GetEnumerable(picture.Properties["Configuration"]?.Value) ?? Array.Empty<object>()).Cast<object>()
            .Select(row => LanguagePrimitives.TryConvertTo(row, out ConsulSetting setting) ? setting : null).OfType<ConsulSetting>().ToLookup(setting => setting.Name);
        string? Setting(string setting) => settings[setting].FirstOrDefault()?.Value;
        return new ConsulSessionOptions
        {
            Name = name,
            Address = address,
            Token = token,
            CACertificate = Setting("CACertificate"),
            CAPath = Setting("CAPath"),
            ClientCertificate = Setting("ClientCertificate"),
            ClientKey = Setting("ClientKey"),
            TlsServerName = Setting("TlsServerName"),
            SkipCertificateCheck = Setting("SkipCertificateCheck") == "true",
            CheckRevocation = Setting("CheckRevocation") == "true",
            Datacenter = Text(picture, "Datacenter"),
            Namespace = Text(picture, "Namespace"),
            Partition = Text(picture, "Partition"),
            Proxy = Setting("Proxy") is { } proxy ? new Uri(proxy) : null,
            NoProxy = Setting("Proxy") is null,
            ConnectTimeout = TimeSpan.TryParse(Setting("ConnectTimeout"), System.Globalization.CultureInfo.InvariantCulture, out var timeout) ? timeout : null,
            RetryPolicy = LanguagePrimitives.TryConvertTo(picture.Properties["RetryPolicy"]?.Value, out ConsulRetryPolicy policy) ? policy : null,
            LogPath = Text(picture, "LogPath"),
            LogMaximumSize = long.TryParse(Setting("LogMaximumSize"), out var size) ? size : null,
            LogFiles = int.TryParse(Setting("LogFiles"), out var files) ? files : null,
            MaxConnections = LanguagePrimitives.TryConvertTo(picture.Properties["MaxConnections"]?.Value, out int most) ? most : new ConsulSessionOptions().MaxConnections,
        };
    }

    private static string? Text(PSObject picture, string member) => picture.Properties[member]?.Value?.ToString() is { Length: > 0 } text ? text : null;
}
