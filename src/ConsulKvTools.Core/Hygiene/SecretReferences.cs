using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>Texts that stand where a secret could and are none: references to a secret store, places to be filled, what is encrypted already.</summary>
internal static class SecretReferences
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly Regex Reference = new(
        // Places that are filled later.
        @"\$\{|\$\(|\{\{|\}\}|<%|%>|#\{|\$\$?[A-Za-z_]\w*\z|\A\$[A-Za-z_]\w*[\]}]?|\A%[A-Za-z_]\w*%\z|\A@[\w.]+@\z|\A__\w+__\z|\A<[^<>]*>\z|\A\[[^\[\]]*\]\z|\A\{[A-Za-z_][\w. ]*\}\z|"
        // Where the secret really is.
        + @"\A(?i:vault|env|file|ssm|sm|kms|awskms|secretsmanager|keyvault|azurekeyvault|gcpsecretmanager|secret|secretref|secret-ref|op|ref\+\w+|bao|conjur|credstash|doppler|lookup|consul|configmap):|\A(?i:!vault|!secret|!ref|!getatt|!sub|!reference)\b|\Aarn:aws[\w-]*:(?:secretsmanager|ssm|kms):|\A@Microsoft\.KeyVault\(|\Aprojects/[^/]+/secrets/|"
        // What only its owner can open.
        + @"\AENC[\[(]|\A\{cipher\}|\A\{aes\}|\A\$ANSIBLE_VAULT;|\A-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)|\Aage1|\Avault:v\d+:|"
        // Programs.
        + @"\A[A-Za-z_][\w.:]*\([^()]*\)\z|\A(?:var|local|data|module|each|self|config|settings|secrets|env|values|hiera)\.[\w.\[\]""']+\z|\A(?:process\.env|os\.(?:environ|getenv)|System\.getenv|ENV)\b|"
        // Nothing at all.
        + @"\A(?:(?i)none|null|nil|undefined|true|false|yes|no|on|off|empty|required|optional|default|disabled|enabled|redacted|masked|hidden|unset|n/?a|todo|tbd|fixme|placeholder|string|secret|password|token|key)\z|\A[~\s""'*.\-_#?]*\z|\A(?i:x{3,}|\*{2,}.*)\z|\A(?i:your|insert|enter|replace|put|todo|example|placeholder|dummy|sample)[\s_.-]|(?i:[\s_-]here\W*|_placeholder|replace[_-]?me|change[_-]?this|EXAMPLE(?:KEY)?)\z",
        RegexOptions.CultureInvariant, Longest);

    // Parts of a text that are long and random and public, or encrypted.
    private static readonly Regex Opaque = new(
        @"-----BEGIN [^-\r\n]+-----.*?(?:-----END [^-\r\n]+-----|\z)|ENC\[[^\]]*\]|\{cipher\}\S+|vault:v\d+:[A-Za-z0-9+/=]+|data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]+)\s+[A-Za-z0-9+/=]+|(?i:sha(?:1|224|256|384|512)|md5|h1)[-:=][A-Za-z0-9+/=]+|\bAAAA[A-Za-z0-9+/]{30,}={0,2}|\$\{[^}]*\}|\{\{.*?\}\}|\bage1[a-z0-9]{50,}|urn:[\w:.-]+|(?<=://)[^\s""'<>]+",
        RegexOptions.CultureInvariant | RegexOptions.Singleline, Longest);

    /// <summary>True when a text refers to a secret, or to nothing.</summary>
    public static bool IsOne(string text) => Reference.IsMatch(text.Trim());

    /// <summary>The parts of a text in which nothing is taken for random.</summary>
    public static IReadOnlyList<(int Start, int End)> OpaqueParts(string text)
    {
        var parts = new List<(int, int)>();
        for (var match = Opaque.Match(text); match.Success; match = match.NextMatch())
            if (match.Length > 0) parts.Add((match.Index, match.Index + match.Length));
        return parts;
    }
}
