namespace ConsulKvTools.Sessions;

/// <summary>Every secret that was handed to a session, those that lost against another source too: none of them may stand in a report.</summary>
internal static class SessionSecrets
{
    private const int LargestFile = 64 * 1024;

    private const int ShortestQuerySecret = 12;

    /// <summary>Tokens, passwords and private keys; of a file only what is in it now.</summary>
    public static IEnumerable<string> Of(ConsulSessionOptions options, ConsulEnvironment environment)
    {
        string?[] plain =
        [
            options.Token?.Reveal(), environment["CONSUL_HTTP_TOKEN"], TextOf(options.TokenFile), TextOf(environment["CONSUL_HTTP_TOKEN_FILE"]),
            options.ClientCertificatePassword?.Reveal(), options.ProxyCredential?.Password,
        ];
        var addresses = new[] { options.Address, environment["CONSUL_HTTP_ADDR"], options.Proxy?.OriginalString, environment["https_proxy"], environment["HTTPS_PROXY"], environment["http_proxy"], environment["HTTP_PROXY"], environment["all_proxy"], environment["ALL_PROXY"] };
        var pairs = addresses.Select(UserInfo).Append(environment["CONSUL_HTTP_AUTH"]).Append(options.ProxyCredential is { } credential ? $"{credential.UserName}:{credential.Password}" : null);
        var files = new[] { options.ClientKey, environment["CONSUL_CLIENT_KEY"], options.ClientCertificate, environment["CONSUL_CLIENT_CERT"] };
        return plain.Concat(addresses.SelectMany(QueryValues)).Concat(pairs.SelectMany(PairAndPassword)).Concat(files.SelectMany(KeyLines))
            .Select(text => text?.Trim().Trim('\uFEFF', '"', '\'')).OfType<string>().Where(text => text.Length > 0).Distinct(StringComparer.Ordinal);
    }

    /// <summary>The user and password of an address, as they were meant.</summary>
    private static string? UserInfo(string? address)
    {
        if (address?.LastIndexOf('@') is not > 0) return null;
        var start = address.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var end = address.LastIndexOf('@');
        return end <= start ? null : Uri.UnescapeDataString(address.Substring(start, end - start));
    }

    /// <summary>What follows ? or # in an address, as far as it is long enough to be a secret rather than a word such as dc1.</summary>
    private static IEnumerable<string> QueryValues(string? address) => address?.IndexOfAny(['?', '#']) is not >= 0 ? []
        : address.Substring(address.IndexOfAny(['?', '#'])).Split('?', '#', '&', '=').Select(text => Uri.UnescapeDataString(text)).Where(text => text.Length >= ShortestQuerySecret);

    private static IEnumerable<string> PairAndPassword(string? pair)
    {
        if (pair is null) yield break;
        yield return pair;
        if (pair.IndexOf(':') is var colon and >= 0) yield return pair.Substring(colon + 1);
    }

    /// <summary>The lines of a PEM file's private keys, of which each alone is a good part of the key.</summary>
    private static IEnumerable<string> KeyLines(string? file)
    {
        var isKey = false;
        foreach (var line in (TextOf(file) ?? "").Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("-----BEGIN ", StringComparison.Ordinal)) isKey = line.EndsWith("PRIVATE KEY-----", StringComparison.Ordinal);
            else if (line.StartsWith("-----END ", StringComparison.Ordinal)) isKey = false;
            else if (isKey && line.Length >= 32) yield return line;
        }
    }

    private static string? TextOf(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) && new FileInfo(file).Length <= LargestFile ? TokenText.Read(File.ReadAllBytes(file)).Text.TrimStart('\uFEFF') : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // What this process may not read it cannot have told anybody.
            return null;
        }
    }
}
