namespace ConsulKvTools.Diagnosis.Processes;

/// <summary>Which certificate authorities a program trusts where its CONSUL_* variables name none.</summary>
internal static class ProgramTrust
{
    /// <summary>Variables that name certificate authorities, of all runtimes.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

    // Where Go looks, in its order (crypto/x509/root_linux.go).
    private static readonly string[] Bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ];

    /// <summary>The file or folder; null when they are those of this machine.</summary>
    public static SystemTrust? Of(ProcessSnapshot program)
    {
        if (program.Environment is not { } variables) return null;
        foreach (var name in VariablesOf(program.Command))
            if (variables.TryGetValue(name, out var path) && path.Length > 0) return new SystemTrust(program.Files.Map(path), name, name == "SSL_CERT_DIR");
        if (!program.Files.HasOtherRoot) return null;
        return Bundles.Select(program.Files.Map).FirstOrDefault(File.Exists) is { } bundle ? new SystemTrust(bundle, "the program's own system", false) : null;
    }

    /// <summary>The trust store that Java was told to use: a path, never its password.</summary>
    public static string? JavaTrustStore(IReadOnlyDictionary<string, string> variables)
    {
        const string Option = "-Djavax.net.ssl.trustStore=";
        foreach (var name in new[] { "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS" })
            if (variables.TryGetValue(name, out var text) && text.Split(' ').FirstOrDefault(word => word.StartsWith(Option, StringComparison.Ordinal)) is { } word)
                return word.Substring(Option.Length);
        return null;
    }

    private static string[] VariablesOf(string command) => command switch
    {
        _ when command.StartsWith("node", StringComparison.Ordinal) => ["NODE_EXTRA_CA_CERTS"],
        _ when command.StartsWith("python", StringComparison.Ordinal) => ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
        "curl" => ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
        "java" => [],
        _ => ["SSL_CERT_FILE", "SSL_CERT_DIR"],
    };
}
