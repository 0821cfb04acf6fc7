// Texts to try, written for this page. Nothing in them is a finding.

export const EXAMPLES = [
  {
    name: "Drug safety",
    text: `Hepatotoxicity remains the main reason to stop isoniazid early. We followed 214 adults with pulmonary tuberculosis who took isoniazid, rifampicin and pyrazinamide for six months. Hepatitis developed in 19 of them (8.9 %), and two went on to acute liver failure. Patients with chronic hepatitis C or alcoholism had a threefold risk, whereas diabetes mellitus made no difference. N-acetylcysteine, given from the first week, halved the rise in aminotransferases but did not prevent nausea or peripheral neuropathy. Pyridoxine relieved the neuropathy in most patients within a month. We suggest that liver enzymes be measured every two weeks in anyone with liver disease.`,
  },
  {
    name: "Hereditary disease",
    text: `Two sisters, aged 9 and 12 years, were seen for ataxia and progressive loss of hearing. Their father had died of a dilated cardiomyopathy, and a cousin had retinitis pigmentosa. Nerve conduction showed an axonal neuropathy; magnetic resonance imaging showed cerebellar atrophy. Sequencing found the same missense mutation in both girls, in a gene so far known only for Friedreich's ataxia. Neither had diabetes or scoliosis, which are usual in that disorder. We conclude that this form of hereditary ataxia should be thought of in children with deafness.`,
  },
  {
    name: "Greek letters and accents",
    text: `α-Synuclein aggregates are the hallmark of Parkinson’s disease, but they occur in multiple-system atrophy as well. In mice, 6‑hydroxydopamine caused akinesia within 48 h, and L‑DOPA reversed it. β-Amyloid plaques were not seen. Sjögren’s syndrome and Behçet’s disease were excluded in every patient. Serum homocysteine was 14.2 ± 3.1 µmol/L before and 9.8 ± 2.4 µmol/L after folic acid.`,
  },
];
