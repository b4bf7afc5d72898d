//! Who may open which page, and send which of its forms; written by hand, like the table of the API.

/// Admin, coordinator, technician, animator, evaluator; then whoever has not come in.
pub(super) const PAGES: &str = "
                                            A C T N E  nobody
    GET    /                                y y y y y  .
    GET    /connexion                       y y y y y  y
    POST   /connexion                       y y y y y  y
    GET    /entree/{pass}                   y y y y y  y
    POST   /deconnexion                     y y y y y  .
    GET    /langue/{lang}                   y y y y y  y
    GET    /ressources/{name}               y y y y y  y
    GET    /accessibilite                   y y y y y  y
    GET    /vie-privee                      y y y y y  y
    GET    /flux                            y y y y y  .
    GET    /compte                          y y y y y  .
    POST   /compte/mot-de-passe             y y y y y  .
    POST   /compte/sessions/{id}/fin        y y y y y  .
    POST   /compte/sessions/fin             y y y y y  .
    GET    /aujourdhui                      y y y . .  .
    GET    /aujourdhui/tournee              y y y . .  .
    GET    /postes                          y y y . .  .
    GET    /postes.csv                      y y y . .  .
    GET    /postes/{id}                     y y y . .  .
    POST   /postes/{id}/commande            y y y . .  .
    POST   /postes/{id}/ticket              y y y . .  .
    GET    /tickets                         y y y . .  .
    GET    /tickets/{id}                    y y y . .  .
    POST   /tickets/{id}                    y y y . .  .
    GET    /administration                  y y y y y  .
    GET    /administration/comptes          y . . . .  .
    POST   /administration/comptes          y . . . .  .
    POST   /administration/comptes/{name}   y . . . .  .
    GET    /administration/jetons           y . . . .  .
    POST   /administration/jetons           y . . . .  .
    POST   /administration/jetons/{id}/fin  y . . . .  .
    GET    /administration/codes            y y y . .  .
    POST   /administration/codes            y y y . .  .
    POST   /administration/codes/{id}/fin   y y y . .  .
    GET    /administration/regles           y y y . .  .
    GET    /administration/journal          y y . . .  .
    GET    /administration/sauvegardes      y . . . .  .
    POST   /administration/sauvegardes      y . . . .  .
";
