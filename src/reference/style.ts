/** The reference's whole style: system fonts, light and dark, from a phone's width on. */
export const STYLE = `
:root{--page:#fff;--text:#1a2230;--soft:#55607a;--line:#dfe3ea;--block:#f4f6f9;--accent:#1d5fa8}
@media(prefers-color-scheme:dark){:root{--page:#10141b;--text:#e7ebf2;--soft:#a3aec2;--line:#2c3544;--block:#191f29;--accent:#7db4f0}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;display:grid;grid-template:"head head" auto "nav main" 1fr/17rem minmax(0,46rem);gap:0 3rem;padding:2rem clamp(1rem,4vw,4rem);background:var(--page);color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header{grid-area:head}nav{grid-area:nav}main{grid-area:main}
nav{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow:auto;font-size:.875rem}
nav ul{list-style:none;margin:0;padding:0}nav a{display:block;padding:.15rem 0;text-decoration:none;color:var(--text)}nav a:hover{text-decoration:underline}
nav b{display:inline-block;min-width:4.2em;font-size:.75rem;color:var(--soft)}
h1{margin:0;font-size:1.75rem;line-height:1.25}h2{margin:3rem 0 1rem;font-size:1.35rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
section:first-child h2{margin-top:0}
h3{margin:2.25rem 0 .5rem;font-size:1.05rem;overflow-wrap:anywhere}
p{margin:.5rem 0}a{color:var(--accent)}.soft{color:var(--soft)}
.method{font-size:.8rem;font-weight:700;border:1px solid var(--line);border-radius:5px;padding:.1rem .4rem;color:var(--soft)}
code{font:.9em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--block);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;margin:.75rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.925rem}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-size:.825rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
:target>h3{color:var(--accent)}
@media(max-width:60rem){body{display:block}nav{position:static;max-height:none;margin:1.5rem 0}}
@media print{nav{display:none}body{display:block}}
`;
